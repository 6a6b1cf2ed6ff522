import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { nearest } from './nearest.js'

const EXPORTS = ['commandJob', 'defineConfig', 'defineJob', 'httpJob', 'runPass']

/** What to do where a config, or a module that it imports, cannot be linked: by Node's and jiti's messages. Null: something else. */
export function explainImport(message: string, file: string): string | null {
  const missing = /Cannot find (?:package|module) '([^']+)'/.exec(message)?.[1]
  if (missing !== undefined) return forMissing(missing, dirname(file))
  const name = /does not provide an export named '(\w+)'|^\(0 , \w+\.(\w+)\) is not a function/.exec(message)
  if (name !== null) return forExport(name[1] ?? name[2] ?? '', /'run-due-schedules'|_runDueSchedules/.test(message))
  if (/^(?:require|module|exports) is not defined/.test(message))
    return "write it as an ES module: import … from '…', and export default …"
  if (/^__(?:dir|file)name is not defined/.test(message)) return 'write import.meta.dirname or import.meta.filename'
  if (/^Unexpected token 'export'|^Cannot use import statement outside a module/.test(message))
    return 'end its name in .mjs or .ts, or set "type": "module" in package.json: this is an ES module in a CommonJS package'
  if (message.startsWith('called process.exit')) return 'let it import from an app only what its jobs need'
  return null
}

function forMissing(specifier: string, folder: string): string {
  if (/^[./]/.test(specifier)) return 'correct the import, or add the file'
  const [first = '', second = ''] = specifier.split('/')
  if (first === '@' || first.startsWith('~') || first.startsWith('#') || existsSync(join(folder, first)))
    return 'write a relative path: `paths` of tsconfig.json are not followed, `imports` of package.json are'
  return `install it in the project: npm install ${first.startsWith('@') ? `${first}/${second}` : first}`
}

function forExport(name: string, isOurs: boolean): string {
  const meant = isOurs ? nearest(name, EXPORTS) : null
  if (meant !== null) return `did you mean ${meant}?`
  return isOurs ? `run-due-schedules exports ${EXPORTS.join(', ')}` : 'correct the name, or export it there'
}
