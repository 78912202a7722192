import type { WaitOptions } from '@headgate/http'
import { AuthError } from '../auth-error.ts'
import type { Source } from '../chain.ts'
import { Secret } from '../secret.ts'
import { checkToken } from '../token-auth.ts'
import { jwtProvenance } from '../token-expiry.ts'
import type { Token } from '../token.ts'
import { requestGoogle, type GoogleContext } from './google-request.ts'
import { createAwsSubject } from './aws-subject.ts'
import type { GoogleCredential } from './credential-file.ts'
import { runExecutable } from './executable-subject.ts'
import type { SubjectSource } from './subject-source.ts'
import { readTextFile } from '../needs-node.ts'

export type ExternalAccount = Extract<GoogleCredential, { type: 'external_account' }>

/**
 * Creates a source for the tokens that identify a workload to Google. The source reads the token for each request,
 * because the issuer renews it.
 */
export function subjectToken(
  account: ExternalAccount,
  property: string,
  context: GoogleContext,
): Source<Token> {
  return async (wait = {}) => {
    const value = checkToken(await readToken(account, property, context, wait), property)
    const { kind } = account.subject
    return {
      value: new Secret(value),
      provenance: { ...jwtProvenance(value), obtainedBy: kind, renewableBy: [kind] },
    }
  }
}

async function readToken(
  account: ExternalAccount,
  property: string,
  context: GoogleContext,
  wait: WaitOptions,
): Promise<string> {
  const { subject } = account
  switch (subject.kind) {
    case 'aws':
      return await createAwsSubject(subject.verificationUrl, account.audience, property, context, wait)
    case 'executable':
      return await runExecutable(subject, account, property, context, wait)
    case 'file':
    case 'url':
      break
  }
  const text = await readFileOrUrl(subject, property, context, wait)
  return (subject.member === undefined ? text : parseMember(text, subject.member)).trim()
}

async function readFileOrUrl(
  { kind, location, headers }: Extract<SubjectSource, { kind: 'file' | 'url' }>,
  property: string,
  context: GoogleContext,
  wait: WaitOptions,
): Promise<string> {
  if (kind === 'url') {
    return (
      await requestGoogle({ url: location, headers, grant: 'the token of the workload' }, context, wait)
    ).text
  }
  return await readTextFile(location, `${property} (credential_source.file)`, wait)
}

function parseMember(text: string, name: string): string {
  try {
    const value: unknown = JSON.parse(text)
    const entry = Object.entries(typeof value === 'object' && value !== null ? value : {}).find(
      ([key]) => key === name,
    )
    if (typeof entry?.[1] === 'string') return entry[1]
  } catch {
    // The error below does not contain the parsed text, because the text may contain a token.
  }
  throw new AuthError(
    'malformed',
    `The token of the workload must be text in the member ${name} of a JSON object`,
  )
}
