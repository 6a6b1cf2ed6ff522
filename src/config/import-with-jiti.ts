import { createJiti } from 'jiti'
import { transpileCacheFolder } from './transpile-cache-folder.js'

/**
 * Imports TypeScript on every Node. Node's own type stripping is not used where it exists: it takes as long as a cached
 * jiti import, and it cannot follow `import('./jobs/x.js')` to x.ts, so that a job would load on one Node and not on another.
 */
export async function importWithJiti(file: string): Promise<Record<string, unknown>> {
  const jiti = createJiti(file, {
    fsCache: transpileCacheFolder(file) ?? false,
    interopDefault: false,
    tryNative: false,
    virtualModules: { 'run-due-schedules': await import('../index.js') },
  })
  return await jiti.import<Record<string, unknown>>(file)
}
