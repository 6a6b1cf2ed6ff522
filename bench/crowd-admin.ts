import { createClient } from '../src/client.js'
import { administer, type Crowd } from '../tests/scenarios/crowd.js'

// The writer of crowd.ts, a process of its own: writes until its stdin ends, then prints how long each write took.
const [databaseUrl = '', crowd = ''] = process.argv.slice(2)
const over = new AbortController()
process.stdin.on('end', () => over.abort()).resume()
const client = createClient({ databaseUrl, actor: 'admin' })
// Its own start is not what is measured.
await client.schedules.list()
process.stdout.write('ready\n')
const writes = await administer(client, JSON.parse(crowd) as Crowd, over.signal)
await client.close()
process.stdout.write(JSON.stringify(writes))
