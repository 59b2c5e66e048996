$hash = hash_hmac('sha256', strtolower(trim($email)), getenv('RIPELINE_IDENTITY_KEY'));
