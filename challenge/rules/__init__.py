"""What a challenge is, in rules that name no HTTP, SQL, container or MLflow."""
