// node graphiql.mjs BROWSER URL SCREENSHOT QUERY EXPECTED...: opens GraphiQL with the query, runs it, waits for the texts in the answer.
import { chromium } from 'playwright-core';

const [executablePath, url, screenshot, query, ...expected] = process.argv.slice(2);
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
const complaints = [];
page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
page.on('pageerror', (error) => complaints.push(String(error)));
page.on('request', (request) => {
  const { protocol, origin } = new URL(request.url());
  if (protocol.startsWith('http') && origin !== new URL(url).origin) complaints.push(`asks ${origin}`);
});
try {
  await page.goto(`${url}?query=${encodeURIComponent(query)}`);
  await page.locator('.graphiql-execute-button').click();
  // The editor writes no-break spaces.
  const shows = (text) => document.querySelector('.graphiql-response')?.textContent.replaceAll('\u00a0', ' ').includes(text);
  for (const text of expected) await page.waitForFunction(shows, text, { timeout: 30000 });
  await page.locator('[aria-label="Show Documentation Explorer"]').click();
  await page.getByText('Root Types').waitFor({ timeout: 30000 });
  console.log('shown');
} catch (error) {
  console.log(String(error));
  console.log(await page.locator('body').innerText());
} finally {
  await page.screenshot({ path: screenshot });
  complaints.forEach((complaint) => console.log(complaint));
  await browser.close();
}
