import { failed, type Diagnosis } from '../finding.ts'
import { reports } from '../reports.ts'
import { readFlag } from './read-iceberg.ts'
import type { Entries } from './reader.ts'

const rest = 'iceberg.rest-catalog.'

/** Returns problems for settings in a Trino catalog file that cannot work together. */
export function trinoProblems(entries: Entries): readonly Diagnosis[] {
  return [s3SwitchMissing(entries), userWithoutExchange(entries), registerWithVending(entries)].flatMap(
    (problem) => problem ?? [],
  )
}

function s3SwitchMissing(entries: Entries): Diagnosis | null {
  const vends = readFlag(entries[`${rest}vended-credentials-enabled`]) === true
  const enabled = Object.entries(entries).some(
    ([name, value]) => /^fs\.(native-)?[a-z0-9]+\.enabled$/.test(name) && readFlag(value) === true,
  )
  if (!vends || enabled) return null
  return failed('file-system-disabled', {
    evidence: `${rest}vended-credentials-enabled is true, and no file system is enabled, so Trino cannot read the files of tables.`,
    remedy: 'Add fs.s3.enabled=true (before Trino 481: fs.native-s3.enabled=true).',
  })
}

function userWithoutExchange(entries: Entries): Diagnosis | null {
  const isUser = entries[`${rest}session`]?.toUpperCase() === 'USER'
  if (!isUser || readFlag(entries[`${rest}oauth2.token-exchange-enabled`]) !== false) return null
  return failed('user-session-without-exchange', {
    evidence: `${rest}session is USER and ${rest}oauth2.token-exchange-enabled is false: the first call of a session names the user, its later calls only Trino.`,
    remedy: `Remove ${rest}oauth2.token-exchange-enabled=false.`,
    report: reports.userMissing,
  })
}

function registerWithVending(entries: Entries): Diagnosis | null {
  const registers = readFlag(entries['iceberg.register-table-procedure.enabled']) === true
  const vends = readFlag(entries[`${rest}vended-credentials-enabled`]) === true
  if (!registers || !vends) return null
  return failed('register-procedure-with-vending', {
    evidence: `iceberg.register-table-procedure.enabled and ${rest}vended-credentials-enabled are both true, and Trino does not start with both.`,
    remedy: 'Remove iceberg.register-table-procedure.enabled.',
  })
}
