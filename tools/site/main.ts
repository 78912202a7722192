import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { printed, runCommand, say } from '../../conformance/lib/command.ts'
import { writeApiPages } from './api.ts'
import { checkDiagrams } from './check-diagrams.ts'
import { checkSite, type CheckedSite } from './check-site.ts'
import { installGenerator } from './install.ts'
import { programs, runProgram } from './run-program.ts'
import { buildSidebars } from './sidebar.ts'
import type { SiteData } from './site-data.ts'
import { stagePages } from './stage.ts'

const usage = `npm run docs:build -- [options]

Builds the documentation site: the Markdown files of the repository, the API reference of the libraries, and a search
that needs no server. The result is static files, which load nothing from other servers. Then checks each page: its
links, its anchors, its diagrams, and that it loads nothing from elsewhere.

  --base PATH    path of the site on its server (default: /)
  --out FOLDER   folder of the built site (default: tools/site/.cache/dist)
  --json         print the result as one JSON document
  --help

Exit codes: 0 built without faults, 1 the built site has faults, 2 the build failed.`

const root = resolve(import.meta.dirname, '../..')

interface Options {
  readonly base: string
  readonly output: string
}

async function build({ base, output }: Options): Promise<CheckedSite> {
  // The pages are written below this folder, so that they can import the npm packages that are installed in it.
  const work = join(import.meta.dirname, '.cache')
  const pages = join(work, 'pages')
  installGenerator(say)
  say('checking the types of the theme …')
  runProgram(join(root, 'node_modules/.bin/tsc'), ['-p', join(import.meta.dirname, '.vitepress')])
  const { version, repository } = readManifest('packages/cli/package.json')
  const repositoryUrl = repository.url.replaceAll(/^git\+|\.git$/g, '')
  say('writing the pages …')
  const listed = stagePages(root, pages, repositoryUrl)
  const diagrams = await checkDiagrams(root, listed)
  say('generating the API reference …')
  const modules = writeApiPages({ root, pages, work, sourceUrl: `${repositoryUrl}/blob/main` })
  const sidebars = buildSidebars(listed, modules)
  const cache = join(work, 'vitepress')
  const data: SiteData = { base, pages, output, cache, version, repositoryUrl, sidebars }
  const dataFile = join(work, 'site.json')
  writeFileSync(dataFile, JSON.stringify(data))
  say('building the site …')
  rmSync(output, { recursive: true, force: true })
  mkdirSync(output, { recursive: true })
  runProgram(join(programs, 'vitepress'), ['build', import.meta.dirname], { env: { SITE_DATA: dataFile } })
  say('checking the site …')
  const checked = checkSite(output, base)
  return { ...checked, faults: [...diagrams, ...checked.faults] }
}

interface Manifest {
  readonly version: string
  readonly repository: { readonly url: string }
}

function readManifest(path: string): Manifest {
  return JSON.parse(readFileSync(join(root, path), 'utf8')) as Manifest
}

/** Builds the site as the arguments request, and returns the exit code. */
async function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      base: { type: 'string', default: '/' },
      out: { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return printed(usage)
  if (!/^\/(?:.*\/)?$/.test(values.base))
    throw new Error(`--base must begin and end with "/": ${values.base}`)
  const caller = process.env['INIT_CWD'] ?? '.'
  const output =
    values.out === undefined ? join(import.meta.dirname, '.cache/dist') : resolve(caller, values.out)
  const started = Date.now()
  const { pages, links, faults } = await build({ base: values.base, output })
  if (values.json) {
    console.log(JSON.stringify({ output, pages, links, ms: Date.now() - started, faults }, null, 2))
    return faults.length === 0 ? 0 : 1
  }
  for (const { file, target, reason } of faults) console.log(`${file}: ${target}: ${reason}`)
  const seconds = Math.round((Date.now() - started) / 1_000)
  console.log(`${pages} pages, ${links} links, ${faults.length} faults in ${seconds} s: ${output}`)
  return faults.length === 0 ? 0 : 1
}

await runCommand('docs:build', main)
