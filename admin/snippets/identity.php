$hash = hash_hmac('sha256', strtolower(trim($email)), getenv('IDENTITY_KEY'));
