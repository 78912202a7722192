export { type ListedJobRow as JobView, listJobRows as listJobs } from '../store/job-list.ts'
