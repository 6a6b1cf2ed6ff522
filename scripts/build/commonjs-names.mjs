import { createRequire } from 'node:module'
import { readFile } from 'node:fs/promises'
import path from 'node:path'

const require = createRequire(import.meta.url)

/**
 * `const { Agent } = await import('undici')`: bundled in a chunk of its own, a CommonJS package would have nothing but a
 * default export. This puts a module with its names between.
 */
export const commonJsNames = {
  name: 'commonjs-names',
  setup(build) {
    build.onResolve({ filter: /^[^./]/ }, async ({ path: name, kind, resolveDir, pluginData }) => {
      if (kind !== 'dynamic-import' || pluginData === 'resolving') return undefined
      const found = await build.resolve(name, { kind: 'import-statement', resolveDir, pluginData: 'resolving' })
      if (found.external || found.errors.length > 0 || !(await isCommonJs(found.path))) return found
      return { path: path.relative(build.initialOptions.absWorkingDir, found.path), namespace: 'commonjs-names' }
    })
    build.onLoad({ filter: /.*/, namespace: 'commonjs-names' }, ({ path: relative }) => {
      const file = path.join(build.initialOptions.absWorkingDir, relative)
      const names = Object.keys(require(file)).filter((name) => name !== 'default' && /^[A-Za-z_$][\w$]*$/.test(name))
      const from = JSON.stringify(file)
      return {
        contents: `export { ${names.join(', ')} } from ${from}\nexport { default } from ${from}\n`,
        resolveDir: path.dirname(file),
      }
    })
  },
}

async function isCommonJs(file) {
  if (file.endsWith('.mjs')) return false
  if (file.endsWith('.cjs')) return true
  const manifest = path.join(file.replace(/(.*node_modules\/(?:@[^/]+\/)?[^/]+)\/.*/, '$1'), 'package.json')
  return JSON.parse(await readFile(manifest, 'utf8').catch(() => '{ "type": "module" }')).type !== 'module'
}
