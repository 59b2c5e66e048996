const hash = require('node:crypto').createHmac('sha256', process.env.IDENTITY_KEY)
  .update(email.trim().toLowerCase()).digest('hex')
