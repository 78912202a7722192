import { isHeadgateError } from '@headgate/errors'
import type { EndpointGuard, S3StorageProfile, StorageProfile } from '@headgate/storage'
import { checkEndpoint, resolveEndpoint } from './check-endpoint.ts'
import type { Finding } from './finding.ts'
import { type Probe, createProbe, type ProbeStep, toReason } from './probe-storage.ts'
import type { OpenedStorage } from './warehouses.ts'

/** S3 permissions that the storage key of a warehouse needs, by step of the check. */
const actions = {
  write: 's3:PutObject',
  read: 's3:GetObject',
  list: 's3:ListBucket',
  delete: 's3:DeleteObject',
} as const

/**
 * Tries each storage operation that a warehouse needs. Returns one finding per operation. For a failed
 * operation, the finding says what to change, and the operations that depend on it are skipped. Does not
 * throw when an operation fails.
 */
export async function checkStorage(
  opened: Pick<OpenedStorage, 'storage' | 'root'>,
  profile: StorageProfile,
  signal: AbortSignal,
  guard?: EndpointGuard,
): Promise<Finding[]> {
  if (profile.type === 's3' && profile.credentials === 'none')
    return [
      {
        name: 'storage',
        ok: true,
        message: 'The server does not have access to the storage, and does not need it.',
      },
    ]
  const findings = profile.type === 's3' ? await endpointFindings(profile, signal, guard) : []
  if (findings.some(({ name, ok }) => name === 'endpoint' && !ok)) return findings
  const probe = createProbe(opened, signal)
  let gone = false
  try {
    for (const step of probe.steps) {
      const finding = await tried(step, probe, opened.root, profile)
      signal.throwIfAborted()
      findings.push(finding)
      if (step.name === 'write' && !finding.ok) break
    }
    gone = findings.every(({ ok }) => ok)
  } finally {
    if (!gone) await probe.cleanUp()
  }
  return findings
}

/**
 * Checks the endpoint of the store. Does not use the guard for AWS endpoints, because a warehouse cannot
 * change them, and private networks may resolve their names to private addresses.
 */
function endpointFindings(
  profile: S3StorageProfile,
  signal: AbortSignal,
  guard: EndpointGuard | undefined,
): Promise<Finding[]> {
  return checkEndpoint(
    'endpoint',
    resolveEndpoint(profile),
    signal,
    profile.endpoint === undefined ? undefined : guard,
  )
}

async function tried(step: ProbeStep, probe: Probe, root: string, profile: StorageProfile): Promise<Finding> {
  const { name } = step
  try {
    await step.run()
    return { name, ok: true, message: done[name](root) }
  } catch (error) {
    const advice = isHeadgateError(error, 'forbidden') ? ` ${allow(name, root, profile)}` : ''
    const left = name === 'delete' ? ` The object ${probe.location} was not deleted.` : ''
    return { name, ok: false, message: `${toReason(error)}${advice}${left}` }
  }
}

const done = {
  write: (root: string) => `The server wrote an object below ${root}.`,
  read: () => 'The server read the object, and its bytes are unchanged.',
  list: () => 'The server found the object in the list.',
  delete: () => 'Deleted the object.',
} as const

function allow(name: ProbeStep['name'], root: string, profile: StorageProfile): string {
  if (profile.type === 'file')
    return `Allow the operating system user of the server to read and write ${root}.`
  const action = actions[name]
  return name === 'list'
    ? `Allow ${action} on the bucket ${profile.bucket}, for prefixes below ${root}/.`
    : `Allow ${action} on everything below ${root}/.`
}
