"""What every simulated service shares: accounts, faults, keys, the ledger, the clock."""
