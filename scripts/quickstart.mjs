// `npm start`: a real pass over examples/quickstart on an embedded database. Run it again: nothing is due. QUICKSTART_DATABASE
// names another place for the database; DATABASE_URL is not used, so that trying this never touches a real one.
import { spawn } from 'node:child_process'
import { createServer } from 'node:http'
import path from 'node:path'
import { run } from './build/run.mjs'

const root = path.resolve(import.meta.dirname, '..')
const example = path.join(root, 'examples/quickstart')
const program = path.join(root, 'bin/run-due-schedules.js')
const config = path.join(example, 'schedules.config.ts')
// Where the command would put it by itself.
const databaseUrl = process.env.QUICKSTART_DATABASE ?? `file:${path.join(example, 'run-due-schedules.db')}`

process.stdout.write(await run(root, 'node', ['scripts/build.mjs', '--if-stale']))
const startedAt = new Date()
const inbox = await openInbox()
const exitCode = await pass(inbox.url)
inbox.close()
await tellWhatWasFound()
process.stdout.write(whatNext())
process.exitCode = exitCode

/** The other end of the example's HTTP job: it keeps digests and says how many it has. */
async function openInbox() {
  const digests = new Map()
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (text) => (body += text))
    request.on('end', () => {
      digests.set(request.headers['idempotency-key'], JSON.parse(body))
      response.writeHead(201, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ kept: digests.size, tenant: JSON.parse(body).params.tenant }))
    })
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

function pass(inboxUrl) {
  const env = { ...process.env, DATABASE_URL: databaseUrl, QUICKSTART_INBOX: inboxUrl }
  const child = spawn(process.execPath, [program, '--config', config], { env, stdio: 'inherit' })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve(code ?? 1))
  })
}

/** What the runs of this pass had to say, read as an application would read it. */
async function tellWhatWasFound() {
  const { createClient } = await import('../dist/client.js')
  const client = createClient({ databaseUrl })
  try {
    const listed = await client.runs.list({ limit: 20 })
    // Slots that did not run have a row as well, and nothing to say.
    const runs = listed.filter((run) => run.createdAt >= startedAt && run.startedAt !== null)
    if (runs.length === 0) return
    process.stdout.write('\nWhat the jobs said\n')
    for (const { id, jobName } of runs.reverse()) {
      const { output, log } = await client.runs.get(id)
      process.stdout.write(`  ${jobName.padEnd(16)}${lastLineOf(log) ?? JSON.stringify(output)}\n`)
    }
  } finally {
    await client.close()
  }
}

function lastLineOf(log) {
  const line = log?.trimEnd().split('\n').at(-1)
  return line?.replace(/^\d{4}-\S+Z /, '')
}

function whatNext() {
  return `
Next
  npm start                  the same again: nothing is due before the next slot
  cd examples/quickstart     and there
    npx run-due-schedules list         schedules, what happened, what is next
    npx run-due-schedules runs         history; then: show RUN_ID
    npx run-due-schedules next digest  coming slots, in New York and here
    npx run-due-schedules run machine  something now
  docs/tutorial.md           your own jobs, from an empty folder
  docs/how-to/               Railway, crontab, Kubernetes
`
}
