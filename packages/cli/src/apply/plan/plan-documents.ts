import { CliError } from '../../cli-error.ts'
import { exitCode } from '../../exit-code.ts'
import type { Session } from '../../session.ts'
import type { DesiredState } from '../read/merge-documents.ts'
import { toDesiredNames } from './desired-names.ts'
import type { PlanContext, PlanOptions } from './plan-context.ts'
import { planEngines } from './plan-engines.ts'
import { planGrants } from './plan-grants.ts'
import { planNamespaces } from './plan-namespaces.ts'
import { planPrincipals } from './plan-principals.ts'
import { planRoles } from './plan-roles.ts'
import { planWarehouses } from './plan-warehouses.ts'
import type { PlannedItem } from './planned-item.ts'
import { createServerState } from './server-state.ts'

/** Plan of `headgate apply`: the changes after which the server matches the documents. */
export interface Plan {
  readonly items: readonly PlannedItem[]
  /** Descriptions of secrets that changes need, but whose environment variable or file is missing. */
  readonly missingSecrets: readonly string[]
  /** Skipped grants on tables or views that do not exist, as `GRANTEE on TABLE`. */
  readonly skipped: readonly string[]
}

const steps = [
  ['principals', planPrincipals],
  ['roles', planRoles],
  ['warehouses', planWarehouses],
  ['namespaces', planNamespaces],
  ['engines', planEngines],
  ['grants', planGrants],
] as const

const maxProblems = 20

/**
 * Compares documents with a server and plans the changes, without making them.
 *
 * @throws CliError when the documents cannot be applied to the server, with the reasons
 */
export async function planDocuments(
  session: Session,
  desired: DesiredState,
  options: PlanOptions,
): Promise<Plan> {
  const context: PlanContext = {
    session,
    desired,
    names: toDesiredNames(desired),
    options,
    server: createServerState(session.client),
    problems: [],
    missingSecrets: [],
    skipped: [],
  }
  const items: PlannedItem[] = []
  for (const [section, plan] of steps) {
    session.out.progress(`Comparing ${desired[section].length} ${section} with the server …`)
    items.push(...(await plan(context)))
  }
  refuseProblems(context.problems)
  return { items, missingSecrets: context.missingSecrets, skipped: context.skipped }
}

function refuseProblems(problems: readonly string[]): void {
  if (problems.length === 0) return
  const more = problems.length - maxProblems
  const shown = [...problems.slice(0, maxProblems), ...(more > 0 ? [`and ${more} more`] : [])]
  throw new CliError(
    exitCode.refused,
    `The documents cannot be applied to this server:\n${shown.join('\n')}`,
    {
      next: 'Nothing was changed.',
    },
  )
}
