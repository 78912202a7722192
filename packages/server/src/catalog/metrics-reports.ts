export { listMetricsReports, type StoredMetricsReport } from '../store/metrics-reports.ts'
