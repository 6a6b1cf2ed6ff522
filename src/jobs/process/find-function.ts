import type { FunctionWork } from '../job.js'

/** Loads the config file again, in the job's own process, and finds the job's function in it. */
export async function findFunction(configFile: string, jobName: string): Promise<FunctionWork> {
  const [{ loadConfig }, { resolveConfig }] = await Promise.all([
    import('../../config/load-config.js'),
    import('../../config/resolve-config.js'),
  ])
  const config = resolveConfig(await loadConfig(configFile), configFile)
  const work = config.jobs.get(jobName)?.work
  if (work?.kind === 'function') return work
  throw new Error(`${configFile} has no function job ${jobName} any more: it changed while the pass was running`)
}
