"""What follows by itself from how a room is, part by part: walks, and the game. In which order, says `coupling`."""
