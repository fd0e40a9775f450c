"""HTTP of one profile: who may get the key, time-outs, retries, streaming, and one taxonomy of errors."""
