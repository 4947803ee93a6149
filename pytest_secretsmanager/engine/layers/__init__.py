"""What stands around every operation: a layer makes a Handler out of a Handler, and sees a call and its outcome."""
