// node chat.mjs BROWSER URL SCREENSHOT: opens the chat in two tabs, and has them talk.
import { chromium } from 'playwright-core';

const [executablePath, url, screenshot] = process.argv.slice(2);
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
const context = await browser.newContext();
const complaints = [];
async function open(nick) {
  const page = await context.newPage();
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.goto(`${url}?nick=${nick}`);
  await page.getByText(`connected as ${nick}`).waitFor({ timeout: 30000 });
  return page;
}
const say = async (page, text) => {
  await page.locator('#text').fill(text);
  await page.locator('#text').press('Enter');
};
const hears = (page, text) => page.locator('#said p', { hasText: text }).first().waitFor({ timeout: 30000 });
let ada;
try {
  ada = await open('ada');
  const alan = await open('alan');
  await say(ada, 'hello from the first tab');
  await hears(alan, 'ada: hello from the first tab');
  await say(alan, '<b>é</b> from the second');
  await hears(ada, 'alan: <b>é</b> from the second');
  await hears(alan, 'alan: <b>é</b> from the second');
  const late = await open('late');
  await hears(late, 'ada: hello from the first tab');
  console.log('chatted');
} catch (error) {
  console.log(String(error));
  if (ada) console.log(await ada.locator('body').innerText());
} finally {
  if (ada) await ada.screenshot({ path: screenshot });
  complaints.forEach((complaint) => console.log(complaint));
  await browser.close();
}
