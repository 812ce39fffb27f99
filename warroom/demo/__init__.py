"""What `warroom demo` needs besides the bot and the local workspace: a system that can be broken without harm."""
