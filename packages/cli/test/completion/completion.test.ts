import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { runHere } from '../headgate.ts'

let directory: string
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'headgate-completion-'))
  for (const shell of ['bash', 'zsh', 'fish']) {
    const { out } = await runHere(['completion', shell], directory, {})
    writeFileSync(join(directory, shell), out)
  }
  writeFileSync(join(directory, 'some file'), '')
})
afterAll(() => rmSync(directory, { recursive: true }))

const isInstalled = (shell: string): boolean => spawnSync(shell, ['-c', 'true']).status === 0

/** For each shell, a function that completes the words of a command line in a real process of that shell. */
const shells: Readonly<Record<string, (words: readonly string[]) => readonly string[]>> = {
  bash: (words) =>
    run('bash', [
      '--norc',
      '-c',
      `source ./bash; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _headgate; printf '%s\\n' "\${COMPREPLY[@]}"`,
      '-',
      ...words,
    ]),
  // The completion functions of zsh (`compadd` and others) work only in a terminal, so this script replaces them by
  // functions that print their arguments.
  zsh: (words) =>
    run('zsh', [
      '-f',
      '-c',
      `compdef() { : }; compadd() { shift; print -rl -- "$@" }; _files() { print -rl -- *(N) }
       _describe() { print -rl -- "\${(@)\${(P)@[-1]}%%:*}" }
       source ./zsh; words=("$@"); CURRENT=$#; _headgate`,
      '-',
      ...words,
    ]).filter((word) => word.startsWith(words.at(-1) ?? '')),
  fish: (words) =>
    run('fish', ['--no-config', '-c', `source fish; complete -C (string join ' ' -- $argv)`, ...words]).map(
      (line) => line.split('\t')[0] ?? '',
    ),
}

function run(command: string, args: readonly string[]): readonly string[] {
  const out = execFileSync(command, args, { cwd: directory, encoding: 'utf8' })
  return out.split('\n').filter((line) => line !== '')
}

describe.each(Object.entries(shells))('the completion of %s', (shell, complete) => {
  it.skipIf(!isInstalled(shell))(
    `the shell completion completes commands, options and values (needs ${shell})`,
    () => {
      const completed = (...words: readonly string[]) => complete(['headgate', ...words]).toSorted()
      expect(completed('ro')).toEqual(['role'])
      expect(completed('role', '')).toEqual(['add', 'create', 'delete', 'list', 'members', 'remove'])
      expect(completed('principal', 'key', '')).toEqual(expect.arrayContaining(['add', 'list']))
      // Options and their values can precede a command.
      expect(completed('--url', 'role', '--json', 'role', 'cr')).toEqual(['create'])
      expect(completed('role', 'list', '--l')).toEqual(['--limit', '--login'])
      expect(completed('role', 'list', '--limit', '')).toEqual([])
      expect(completed('warehouse', 'create', '--vending', 'st')).toEqual(['static', 'sts'])
      expect(completed('completion', '')).toEqual(['bash', 'fish', 'zsh'])
      expect(completed('role', 'list', '--credential-file', 'some').join()).toMatch(/some(\\| )/)
    },
  )
})

test('the shell completion refuses other shells, and --json prints one document', async () => {
  expect(await runHere(['completion', 'csh'], directory, {})).toMatchObject({
    code: 2,
    err: expect.stringContaining('bash, zsh, fish'),
  })
  const { json } = await runHere(['completion', 'fish', '--json'], directory, {})
  expect(json).toMatchObject({ shell: 'fish', script: expect.stringContaining('complete -c headgate') })
})
