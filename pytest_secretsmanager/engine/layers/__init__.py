"""The layers around every operation. A layer wraps one handler in another, which sees the call and its outcome."""
