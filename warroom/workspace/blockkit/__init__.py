"""Block Kit as strict as Slack: limits and structure, and what an element's value is."""
