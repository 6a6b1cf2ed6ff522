import { describeError } from './describe-error.js'
import { completed, type Attempt, type Ending } from './ending.js'
import { buildRequest } from './http-request.js'
import { readBody, type ReadBody } from './http-body.js'
import type { HttpWork } from './job.js'
import { cutText } from './utf8.js'

const SHOWN_BODY_BYTES = 1024

/** Sends one request and waits for the whole answer; once connected (10 s) nothing but the job's timeout bounds the wait. */
export async function runHttp({ request, halt, log }: Attempt, work: HttpWork): Promise<Ending> {
  // Node's own fetch gives up after five minutes without a header or a byte, whatever the job's timeout.
  const { Agent, fetch } = await import('undici')
  const { label, url, init } = buildRequest(work, request.context)
  const dispatcher = new Agent({ headersTimeout: 0, bodyTimeout: 0 })
  try {
    const response = await fetch(url, { ...init, dispatcher, signal: halt.signal })
    const body = await readBody(response)
    halt.settle()
    log.lines.info(`${label} answered ${response.status}`)
    return judge(label, work, response, body)
  } catch (thrown) {
    halt.settle()
    return { kind: 'failed', error: halt.reason === null ? `${label} failed: ${networkError(thrown)}` : null }
  } finally {
    await dispatcher.destroy()
  }
}

function judge(label: string, work: HttpWork, response: { status: number; ok: boolean }, body: ReadBody): Ending {
  const { status, ok } = response
  const stored = { status, body: body.value, ...(body.isCut ? { bodyBytes: body.bytes } : {}) }
  const ending = completed(stored)
  const isExpected = work.expectStatus.length === 0 ? ok : work.expectStatus.includes(status)
  if (isExpected || ending.kind !== 'completed') return ending
  const expected = work.expectStatus.length === 0 ? 'a 2xx' : work.expectStatus.join(' or ')
  const shown = body.text === '' ? '' : `\n${cutText(body.text, SHOWN_BODY_BYTES)}`
  return { kind: 'failed', error: `${label} answered ${status}, expected ${expected}${shown}`, output: ending.output }
}

/** `fetch failed` says nothing: the reason is in its cause, or in the causes of several tried addresses. */
function networkError(thrown: unknown): string {
  const cause = thrown instanceof TypeError && thrown.cause !== undefined ? thrown.cause : thrown
  if (cause instanceof AggregateError) return cause.errors.map(reasonOf).join('; ')
  return reasonOf(cause)
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return describeError(error)
  const { code } = error as NodeJS.ErrnoException
  if (code === undefined || error.message.includes(code)) return error.message
  return `${error.message} (${code})`
}
