// Prints the signature headers that Node computes for a request, with which the other runtimes are compared.
import { signRequest } from '@headgate/sigv4'

const { request, options } = JSON.parse(process.argv[2] ?? '')
console.log(JSON.stringify(signRequest(request, { ...options, date: new Date(options.date) }).headers))
