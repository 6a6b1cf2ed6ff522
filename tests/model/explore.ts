import { clone, initialState, type Budget, type State } from './state.js'
import { end, isEnded, STEPS, Violation, type Rules } from './steps.js'

export interface Explored {
  states: number
  /** How the first violation comes about, step by step; null: none does. */
  violation: { what: string; trace: string[] } | null
  steps: Set<string>
}

interface Node {
  state: State
  parent: Node | null
  label: string
}

const OVER = new Set(['done', 'lost', 'crashed'])

/** Every interleaving of the actors' statements, with crashes, expiring leases and lost answers at any point. */
export function explore(budget: Budget, rules: Rules): Explored {
  const seen = new Set<string>()
  const stack: Node[] = [{ state: initialState(budget), parent: null, label: 'start' }]
  const steps = new Set<string>()
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    const key = keyOf(node.state)
    if (seen.has(key)) continue
    seen.add(key)
    try {
      const next = successors(node.state, rules, steps)
      if (next.length === 0 || node.state.actors.every((actor) => OVER.has(actor.at))) checkEnd(node.state, rules)
      for (const [label, state] of next) stack.push({ state, parent: node, label })
    } catch (thrown) {
      if (!(thrown instanceof Violation)) throw thrown
      return { states: seen.size, violation: { what: thrown.message, trace: traceOf(node) }, steps }
    }
  }
  return { states: seen.size, violation: null, steps }
}

function successors(state: State, rules: Rules, steps: Set<string>): [string, State][] {
  const found: [string, State][] = []
  const add = (label: string, change: (copy: State) => boolean): void => {
    const copy = clone(state)
    if (change(copy)) found.push([label, copy])
  }
  for (const [me, { at }] of state.actors.entries()) {
    const step = STEPS[at]
    if (step === undefined) continue
    // Actors are alike: who has not begun begins in the order of the numbers.
    if (at === 'open' && state.actors.some((other, id) => id < me && other.at === 'open')) continue
    add(`${me} ${at}`, (copy) => {
      if (!step.take(copy, me, rules)) return false
      steps.add(at)
      if (rules.without.size === 0) takeUnseen(copy, me, rules, steps)
      return true
    })
    if (state.crashesLeft > 0 && at !== 'open') add(`${me} crashes before ${at}`, (copy) => crash(copy, me))
    if (state.lostAnswersLeft > 0 && RETRIED[at] !== undefined)
      add(`${me} ${at}, its answer is lost`, (copy) => loseAnswer(copy, me, at, rules))
    heartbeat(state, me, add)
  }
  return found
}

/**
 * Statements that write rows which their transaction has locked: nobody sees them before COMMIT, and a crash undoes them, so
 * that it makes no difference when they happen. (Where a guard is missing that is not so; there each is a step.)
 */
const UNSEEN = new Set(['bury.write', 'orphans.write', 'take.next', 'start.write', 'finish.write'])

function takeUnseen(state: State, me: number, rules: Rules, steps: Set<string>): void {
  for (let { at } = state.actors[me]!; UNSEEN.has(at); { at } = state.actors[me]!) {
    if (STEPS[at]?.take(state, me, rules) !== true) return
    steps.add(at)
  }
}

function keyOf(state: State): string {
  const { due, runs, passes, actors, effects, crashesLeft, expiriesLeft, lostAnswersLeft, faults } = state
  return [
    `${Number(due)}${crashesLeft}${expiriesLeft}${lostAnswersLeft}${Math.min(faults, 1)}${effects.join()}`,
    ...runs.map((run) => `${run.status}${run.pass}${Number(run.waiting)}${run.attempt}`),
    ...passes.map((pass) => `${pass.status}${Number(pass.expired)}${Number(pass.renewing)}`),
    ...actors.map(
      (actor) =>
        `${actor.at}${Number(actor.unsure)}${Number(actor.slotSeen)}${Number(actor.looksFirst)}${actor.mine}` +
        `/${actor.seen.join()}/${actor.found.map((each) => `${each.index}${each.status}${each.pass}`).join()}` +
        (actor.transaction === null
          ? ''
          : `/${actor.transaction.locks.join()}/${JSON.stringify(actor.transaction.writes)}`),
    ),
  ].join(' ')
}

/** Transactions whose outcome may be unknown, and where they begin again. */
const RETRIED: Record<string, string> = { 'take.commit': 'take.pass', 'start.commit': 'start.pass' }

function loseAnswer(state: State, me: number, at: string, rules: Rules): boolean {
  if (STEPS[at]?.take(state, me, rules) !== true) return false
  const actor = state.actors[me]!
  state.lostAnswersLeft -= 1
  actor.unsure = true
  actor.at = RETRIED[at]!
  return true
}

function crash(state: State, me: number): boolean {
  end(state, me, 'rollback')
  const actor = state.actors[me]!
  Object.assign(actor, {
    at: 'crashed',
    seen: [],
    found: [],
    unsure: false,
    mine: -1,
    slotSeen: false,
    looksFirst: false,
  })
  state.crashesLeft -= 1
  state.faults += 1
  state.passes[me]!.renewing = false
  return true
}

/** Time runs out for whom it will; a heartbeat that began in time (UTC_TIMESTAMP of its start) commits later. */
function heartbeat(state: State, me: number, add: (label: string, change: (copy: State) => boolean) => void): void {
  const pass = state.passes[me]!
  if (pass.status !== 'RUNNING') return
  if (!pass.expired && state.expiriesLeft > 0)
    add(`the lease of ${me} expires`, (copy) => {
      copy.passes[me]!.expired = true
      copy.expiriesLeft -= 1
      copy.faults += 1
      return true
    })
  const isFree = (state.locks[`pass ${me}`] ?? me) === me
  if (!pass.expired && !pass.renewing && isFree && state.locks[`pass ${me}`] === undefined && state.expiriesLeft > 0)
    add(`${me} sends a heartbeat`, (copy) => {
      copy.passes[me]!.renewing = true
      copy.locks[`pass ${me}`] = HEARTBEAT - me
      return true
    })
  if (pass.renewing)
    add(`the heartbeat of ${me} commits`, (copy) => {
      Object.assign(copy.passes[me]!, { renewing: false, expired: false })
      Reflect.deleteProperty(copy.locks, `pass ${me}`)
      return true
    })
}

/** Heartbeats have connections of their own. */
const HEARTBEAT = -10

/** Nothing lost: where no fault was, the slot has run; else one more pass, undisturbed, brings it to its end. */
function checkEnd(state: State, rules: Rules): void {
  if (state.faults === 0 && state.runs[0]?.status !== 'COMPLETED' && state.actors.every((actor) => actor.at === 'done'))
    if (!state.runs.some((run) => run.waiting)) throw new Violation('without any fault the slot did not run')
  const after = clone(state)
  for (const [me, actor] of after.actors.entries()) {
    if (actor.at !== 'done') after.passes[me]!.expired = true
    end(after, me, 'rollback')
    actor.at = 'crashed'
  }
  after.locks = {}
  after.expiriesLeft = 0
  const me =
    after.actors.push({ ...initialState({ actors: 1, crashes: 0, expiries: 0, lostAnswers: 0 }).actors[0]! }) - 1
  after.passes.push({ status: 'FINISHED', expired: false, renewing: false })
  for (let count = 0; !OVER.has(after.actors[me]!.at); count++) {
    const { at } = after.actors[me]!
    if (count > 100 || STEPS[at]?.take(after, me, rules) !== true)
      throw new Violation(`the next pass is stuck at ${at}`)
  }
  if (after.due || after.runs.length !== 1 || !after.runs.every(isEnded)) throw new Violation('the slot is lost')
}

function traceOf(node: Node): string[] {
  const labels: string[] = []
  for (let at: Node | null = node; at !== null; at = at.parent) labels.unshift(at.label)
  return labels
}
