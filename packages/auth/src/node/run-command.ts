import { spawn } from 'node:child_process'
import type { WaitOptions } from '@headgate/http'
import { AuthError } from '../auth-error.ts'

const MAX_BYTES = 1 << 20

/**
 * Environment variables with secrets of a Headgate server, which started programs do not receive. Programs receive
 * all other variables of this process, because they may need any of them.
 */
const WITHHELD: ReadonlySet<string> = new Set([
  'HEADGATE_MASTER_KEY',
  'HEADGATE_MASTER_KEY_PREVIOUS',
  'HEADGATE_DATABASE_URL',
])

/**
 * Runs a program and returns its standard output. Discards its error output, which may contain secrets.
 *
 * @param line program and its arguments, in the syntax of {@link parseCommandLine}
 * @param from property that contains the command line, for messages
 * @param wait `env` contains additional environment variables
 * @throws AuthError `configuration` if the program cannot be started, `unavailable` if it fails, `malformed` if it prints
 *   more than 1 MiB
 */
export async function runCommand(
  line: string,
  from: string,
  wait: WaitOptions & { readonly env?: Readonly<Record<string, string>> } = {},
): Promise<string> {
  const [program = '', ...args] = parseCommandLine(line, from)
  const run = `${from}: ${program}`
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const child = spawn(program, args, {
    stdio: ['ignore', 'pipe', 'ignore'],
    windowsHide: true,
    env: { ...withoutSecrets(process.env), ...wait.env },
    killSignal: 'SIGKILL',
    ...(wait.signal === undefined ? {} : { signal: wait.signal }),
  })
  const chunks: Buffer[] = []
  let size = 0
  child.stdout.on('data', (chunk: Buffer) => {
    size += chunk.length
    if (size <= MAX_BYTES) chunks.push(chunk)
    else child.kill('SIGKILL')
  })
  child.on('error', (cause) => {
    reject(
      wait.signal?.aborted === true
        ? wait.signal.reason
        : new AuthError('configuration', `${run} could not be started: ${cause.message}`, {
            property: from,
            cause,
          }),
    )
  })
  child.on('close', (code, signal) => {
    if (size > MAX_BYTES)
      reject(new AuthError('malformed', `${run} printed more than 1 MiB`, { property: from }))
    else if (code === 0) resolve(Buffer.concat(chunks).toString('utf8'))
    else {
      const result = code === null ? `was killed by ${signal}` : `exited with code ${code}`
      const fix = 'run it in a terminal to see the reason'
      reject(new AuthError('unavailable', `${run} ${result}: ${fix}`, { property: from }))
    }
  })
  return await promise
}

function withoutSecrets(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !WITHHELD.has(name)))
}

/**
 * Splits a command line into words at white space. Single and double quotes enclose words with white space. `\` escapes
 * the next character, except within single quotes.
 *
 * @throws AuthError `configuration` if there are no words, or a quote is not closed
 */
export function parseCommandLine(line: string, from: string): string[] {
  const words: string[] = []
  let word: string | undefined
  let quote: string | undefined
  for (let i = 0; i < line.length; i++) {
    const character = line[i] ?? ''
    if (quote !== undefined) {
      if (character === quote) quote = undefined
      else if (character === '\\' && quote === '"') word = (word ?? '') + (line[++i] ?? '')
      else word = (word ?? '') + character
    } else if (character === '"' || character === "'") {
      quote = character
      word ??= ''
    } else if (character === '\\') word = (word ?? '') + (line[++i] ?? '')
    else if (/\s/.test(character)) {
      if (word !== undefined) words.push(word)
      word = undefined
    } else word = (word ?? '') + character
  }
  if (word !== undefined) words.push(word)
  if (quote === undefined && words.length > 0) return words
  throw new AuthError('configuration', `${from} must be a program and its arguments, with closed quotes`, {
    property: from,
  })
}
