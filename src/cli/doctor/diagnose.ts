import type { Config } from '../../config/config.js'
import type { Environment } from '../../config/environment.js'
import { ScheduleError } from '../../errors.js'
import { prepareDatabase } from '../../program/prepare.js'
import type { Queries } from '../../queries/queries.js'
import type { Store } from '../../store/store.js'
import type { CliContext } from '../context.js'
import { checkClock, checkDatabase } from './check-database.js'
import { checkDeployFiles, checkNode } from './check-host.js'
import { checkLedger } from './check-ledger.js'
import { checkPasses, checkRuns, readPassFacts } from './check-passes.js'
import { checkCadence, checkDefinitions, checkSchedules, type ScheduleFacts } from './check-schedules.js'
import { checkConfig, checkEnvironment, failed } from './check-setup.js'
import { diagnosisOf, type Diagnosis, type Finding } from './finding.js'

const MOST_SCHEDULES = 10_000

/** Looks at everything that a pass needs and at what passes have left behind. Reads only; what is wrong is a finding. */
export async function diagnose(context: CliContext, configFile: string | undefined): Promise<Diagnosis> {
  const now = context.clock.now()
  const findings = [checkNode(process.versions.node), checkDeployFiles(context.cwd, now)]
  const setup = await readSetup(context, configFile, findings)
  if (setup === null) return diagnosisOf(now, findings)
  const database = await checkDatabase(setup.environment, context.clock)
  findings.push(database)
  if (database.severity === 'ok') findings.push(...(await checkContents(context, setup)))
  return diagnosisOf(now, findings)
}

interface Setup {
  environment: Environment
  config: Config | null
}

async function readSetup(
  context: CliContext,
  configFile: string | undefined,
  findings: Finding[],
): Promise<Setup | null> {
  let failure: unknown
  try {
    const setup = await prepareDatabase({ cwd: context.cwd, variables: context.variables, configFile }, (error) => {
      failure = error
    })
    findings.push(checkEnvironment(setup.environment), await checkConfig(setup.config, failure))
    return setup
  } catch (thrown) {
    const isConfig = thrown instanceof ScheduleError && thrown.code === 'CONFIG_NOT_FOUND'
    findings.push(failed(isConfig ? 'config' : 'environment', thrown))
    return null
  }
}

async function checkContents(context: CliContext, { environment, config }: Setup): Promise<Finding[]> {
  const [{ openStore }, { openQueries }] = await Promise.all([
    import('../../store/open-store.js'),
    import('../../queries/open-queries.js'),
  ])
  const store = await openStore({ databaseUrl: environment.databaseUrl, readOnly: true })
  try {
    const queries = await openQueries(environment.databaseUrl)
    try {
      return await examine(context, environment, config, store, queries)
    } finally {
      await queries.close()
    }
  } catch (thrown) {
    return [failed('database', thrown)]
  } finally {
    await store.close()
  }
}

async function examine(
  { clock }: CliContext,
  { pollIntervalMs }: Environment,
  config: Config | null,
  store: Store,
  queries: Queries,
): Promise<Finding[]> {
  const [overview, page] = [await queries.overview(), await queries.listSchedules({ limit: MOST_SCHEDULES })]
  const { now, schedules, globalPause } = page
  const passes = await readPassFacts(queries, overview, pollIntervalMs)
  const facts: ScheduleFacts = { schedules, now, pollIntervalMs, allPaused: globalPause !== null }
  return [
    await checkClock(store, clock),
    ...checkPasses(passes),
    await checkRuns(store, passes),
    ...(config === null ? [] : await checkDefinitions(store, config)),
    ...checkSchedules(facts),
    ...(await checkLedger(queries, schedules, now)),
    checkCadence(facts),
  ]
}
