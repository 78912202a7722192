import { type WaitOptions, timeLimit } from '@headgate/http'
import { AuthError, isAuthError } from '../auth-error.ts'
import type { GoogleContext } from './google-request.ts'
import { findString } from './json-members.ts'
import type { SubjectSource } from './subject-source.ts'
import { readTextFile, runCommand } from '../needs-node.ts'

const ALLOW_VARIABLE = 'GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES'

interface Account {
  readonly audience: string
  readonly subjectTokenType: string
  readonly impersonationUrl: string | undefined
}

/**
 * Runs the program that a credential file names, and returns the subject token that it prints (executable-sourced
 * credentials). As in Google's libraries, an environment variable must allow this, because the author of the file
 * chooses the program.
 *
 * @param property property or variable that names the file, for messages
 */
export async function runExecutable(
  { command, timeoutMs, outputFile }: Extract<SubjectSource, { kind: 'executable' }>,
  account: Account,
  property: string,
  context: GoogleContext,
  wait: WaitOptions,
): Promise<string> {
  if (context.env[ALLOW_VARIABLE] !== '1') {
    const fix = `set ${ALLOW_VARIABLE}=1 if you trust the author of the file`
    throw new AuthError('configuration', `${property} names a program, which is not allowed to run: ${fix}`, {
      property,
    })
  }
  const from = `${property} (credential_source.executable)`
  if (outputFile !== undefined) {
    const cached = await readCachedToken(outputFile, from, context.now(), wait)
    if (cached !== undefined) return cached
  }
  const email = /\/serviceAccounts\/([^/:]+)$/.exec(account.impersonationUrl ?? '')?.[1]
  const env = {
    GOOGLE_EXTERNAL_ACCOUNT_AUDIENCE: account.audience,
    GOOGLE_EXTERNAL_ACCOUNT_TOKEN_TYPE: account.subjectTokenType,
    GOOGLE_EXTERNAL_ACCOUNT_INTERACTIVE: '0',
    ...(outputFile === undefined ? {} : { GOOGLE_EXTERNAL_ACCOUNT_OUTPUT_FILE: outputFile }),
    ...(email === undefined ? {} : { GOOGLE_EXTERNAL_ACCOUNT_IMPERSONATED_EMAIL: decodeURIComponent(email) }),
  }
  const text = await runCommand(command, from, { signal: timeLimit(wait.signal, timeoutMs), env })
  const output = parseOutput(text, from)
  if ('code' in output) {
    const fix = 'run it in a terminal to see the reason'
    throw new AuthError('refused', `${from} reported a failure (${output.code}): ${fix}`, { property })
  }
  if (outputFile !== undefined && output.expiresAt === undefined) {
    throw new AuthError('malformed', `${from} must print expiration_time, because it has an output_file`, {
      property,
    })
  }
  if (output.expiresAt !== undefined && output.expiresAt <= context.now()) {
    throw new AuthError('unavailable', `${from} printed an expired token`, { property })
  }
  return output.token
}

/** Returns the token that the program wrote to its output file, or undefined if the file contains no valid token. */
async function readCachedToken(
  path: string,
  from: string,
  now: number,
  wait: WaitOptions,
): Promise<string | undefined> {
  try {
    const output = parseOutput(await readTextFile(path, from, wait), from)
    return 'token' in output && output.expiresAt !== undefined && output.expiresAt > now
      ? output.token
      : undefined
  } catch (error) {
    wait.signal?.throwIfAborted()
    // A missing or damaged file is not an error, because the program then runs and writes the file again.
    if (isAuthError(error)) return undefined
    throw error
  }
}

type ProgramOutput =
  { readonly token: string; readonly expiresAt: number | undefined } | { readonly code: string }

/** Parses version 1 of the output: a token, or the code of a failure. */
function parseOutput(text: string, from: string): ProgramOutput {
  const members = parseObject(text)
  if (members?.['version'] !== 1 || typeof members['success'] !== 'boolean') {
    throw new AuthError('malformed', `${from} must print a JSON object with version 1 and success`)
  }
  if (!members['success']) {
    return { code: (findString(members, 'code') ?? 'no code').replaceAll(/[^\w .-]/g, '').slice(0, 50) }
  }
  const type = findString(members, 'token_type') ?? ''
  const token = findString(members, type.endsWith(':saml2') ? 'saml_response' : 'id_token')
  if (!/:token-type:(id_token|jwt|saml2)$/.test(type) || token === undefined) {
    throw new AuthError('malformed', `${from} must print token_type, and id_token or saml_response`)
  }
  const { expiration_time: seconds } = members
  return { token, expiresAt: typeof seconds === 'number' ? seconds * 1_000 : undefined }
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? { ...value } : undefined
  } catch {
    return undefined
  }
}
