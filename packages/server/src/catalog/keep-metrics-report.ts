import { HeadgateError } from '@headgate/errors'
import { insertMetricsReport, type MetricsReport } from '../store/metrics-reports.ts'
import type { CatalogDeps } from './deps.ts'

/**
 * Stores a scan report or commit report that an engine sent.
 *
 * @throws HeadgateError `bad-request` when the database cannot store a value of the report
 */
export async function keepMetricsReport(
  { sql }: Pick<CatalogDeps, 'sql'>,
  report: MetricsReport,
): Promise<void> {
  if (!(await insertMetricsReport(sql, report)))
    throw new HeadgateError(
      'bad-request',
      'The metrics report contains text or numbers that cannot be stored.',
    )
}
