import { isHeadgateError } from '@headgate/errors'
import type { EndpointGuard, S3StorageProfile, StorageProfile } from '@headgate/storage'
import { checkEndpoint, endpointOf } from './check-endpoint.ts'
import type { Finding } from './finding.ts'
import { type Probe, probeOf, type ProbeStep, reasonOf } from './probe-storage.ts'
import type { OpenedStorage } from './warehouses.ts'

/** Permissions that a storage key needs, by step of the check. */
const actions = {
  write: 's3:PutObject',
  read: 's3:GetObject',
  list: 's3:ListBucket',
  delete: 's3:DeleteObject',
} as const

/**
 * Tries every storage operation that a warehouse needs, and returns a finding for each, with the change to make when it
 * failed. A failed operation is a finding, not an exception. Skips operations that depend on a failed one.
 */
export async function checkStorage(
  opened: Pick<OpenedStorage, 'storage' | 'root'>,
  profile: StorageProfile,
  signal: AbortSignal,
  guard?: EndpointGuard,
): Promise<Finding[]> {
  const findings = profile.type === 's3' ? await endpointFindings(profile, signal, guard) : []
  if (findings.some(({ name, ok }) => name === 'endpoint' && !ok)) return findings
  const probe = probeOf(opened, signal)
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

/** Skips AWS's own endpoints: no request configures them, and a private network may resolve them to its own addresses. */
function endpointFindings(
  profile: S3StorageProfile,
  signal: AbortSignal,
  guard: EndpointGuard | undefined,
): Promise<Finding[]> {
  return checkEndpoint(
    'endpoint',
    endpointOf(profile),
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
    return { name, ok: false, message: `${reasonOf(error)}${advice}${left}` }
  }
}

const done = {
  write: (root: string) => `Wrote an object below ${root}.`,
  read: () => 'Read the object; its bytes are unchanged.',
  list: () => 'Found the object in the list.',
  delete: () => 'Deleted the object.',
} as const

function allow(name: ProbeStep['name'], root: string, profile: StorageProfile): string {
  if (profile.type === 'file') return `Let the user that the server runs as read and write ${root}.`
  const action = actions[name]
  return name === 'list'
    ? `Allow ${action} on the bucket ${profile.bucket}, for prefixes below ${root}/.`
    : `Allow ${action} on everything below ${root}/.`
}
