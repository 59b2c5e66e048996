// What a site may call, and what its compiler must refuse. Compiled by test_types.py.

window.ripeline = window.ripeline || function () { (ripeline.q = ripeline.q || []).push(arguments) }

ripeline('event', 'demo_asked', { plan: 'pro', seats: 3, trial: true })
ripeline('event', 'demo_asked')
ripeline('identify', 'ada@example.com', { company: 'Acme', hash: 'f00d', team_size: 4 })
ripeline('identify', 'ada@example.com')
ripeline('page')
ripeline('consent', true)
window.ripeline('optout')
ripeline('optin')

// @ts-expect-error: an event has a name
ripeline('event')
// @ts-expect-error: props are flat
ripeline('event', 'demo_asked', { plan: { name: 'pro' } })
// @ts-expect-error: consent is said, not assumed
ripeline('consent')
// @ts-expect-error: a word nobody knows
ripeline('track', 'demo_asked')
// @ts-expect-error: an e-mail is a text
ripeline('identify', 7)
