// app/layout.jsx, inside <body>
import Script from 'next/script'

<Script src="https://leads.example.com/t.js" />
