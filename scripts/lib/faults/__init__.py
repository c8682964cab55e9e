"""The fault tables: what bootstrap does while something around it is broken, each cell on real sockets."""
