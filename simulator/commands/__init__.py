"""The commands about the simulator, one module each; ``simulator.cli`` mounts them."""
