// A session as a Node server reports it. Arguments: where to, the key.
import { Analytics } from '@segment/analytics-node'

const [host, writeKey] = process.argv.slice(2)
const analytics = new Analytics({ host, writeKey, flushAt: 10 })
analytics.on('error', (error) => { console.error(error); process.exitCode = 1 })

const anonymousId = 'node-browser'
const context = {
  userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
  campaign: { name: 'autumn', source: 'news', medium: 'email' },
}
const begun = Date.now() - 5 * 60_000
const minute = (n) => new Date(begun + n * 60_000)
const page = (url, timestamp) => analytics.page({ anonymousId, properties: { url, title: 'A page' }, context, timestamp })

page('https://shop.example/', minute(0))
page('https://shop.example/pricing', minute(1))
const traits = { email: 'node@example.com', company: { name: 'Acme' } }
analytics.identify({ anonymousId, userId: '42', traits, timestamp: minute(2) })
analytics.track({ userId: '42', event: 'Demo Asked', properties: { plan: 'pro' }, timestamp: minute(3) })
analytics.group({ userId: '42', groupId: 'acme', timestamp: minute(4) })
await analytics.closeAndFlush({ timeout: 10000 })
