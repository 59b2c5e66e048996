ripeline('identify', 'ada@example.com', { company: 'Acme', hash: 'made by your server' })
