const hash = require('node:crypto').createHmac('sha256', process.env.RIPELINE_IDENTITY_KEY)
  .update(email.trim().toLowerCase()).digest('hex')
