// Generates, from modules.json, the import rules in .oxlintrc.json and the module tables in ARCHITECTURE.md. Runs as
// `npm run modules`.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { format } from 'prettier'
import { withModules } from './diagram.ts'
import { isModuleOverride, lintOverrides, type Override } from './lint-overrides.ts'
import { readTable, repository } from './table.ts'

const table = readTable()

const lintFile = join(repository, '.oxlintrc.json')
const lint = JSON.parse(readFileSync(lintFile, 'utf8')) as { overrides: readonly Override[] }
// The overrides for modules precede the overrides for tests, which switch the import rule off.
const index = lint.overrides.findIndex((override) => isModuleOverride(table, override))
const others = lint.overrides.filter((override) => !isModuleOverride(table, override))
lint.overrides = others.toSpliced(Math.max(index, 0), 0, ...lintOverrides(table))
const options = { printWidth: 110, parser: 'json' } as const
writeFileSync(lintFile, await format(JSON.stringify(lint, null, 2), options))

const pageFile = join(repository, 'ARCHITECTURE.md')
writeFileSync(pageFile, withModules(readFileSync(pageFile, 'utf8'), table))
