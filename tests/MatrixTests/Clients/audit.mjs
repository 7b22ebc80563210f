// node audit.mjs URL: the audit suite of graphql-http; prints what is not met, then how many audits there were.
import { auditServer } from 'graphql-http';

const results = await auditServer({ url: process.argv[2] });
for (const result of results.filter((r) => r.status !== 'ok')) console.log(`${result.status} ${result.id} ${result.name}: ${result.reason}`);
console.log(`${results.length} audits`);
