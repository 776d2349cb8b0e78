import { expect, test } from 'vitest';
import { detectLanguage } from '../../src/mail/reading/detect-language.ts';

/** Content-Language, text → the language of a notice; null is the mailbox's. */
test.each([
  [null, 'Здравствуйте, мой заказ не пришел. Когда ждать?', 'ru'],
  [null, 'Где мой заказ? Прошло уже три недели.', 'ru'],
  [null, 'Подскажите, как объединить два аккаунта?', 'ru'],
  ['ru', 'Заказ 17', 'ru'],
  ['ru-RU', 'Не работает принтер', 'ru'],
  ['de-DE', 'Добрый день, где мой заказ?', 'ru'],
  ['en-US', 'Добрый день, где мой заказ?', 'ru'],
  ['bg-BG', 'Здравейте, принтерът не печата. Моля за помощ.', null],
  ['bg', 'Где мой заказ? Прошло три недели.', null],
  [null, 'Здравейте, принтерът не печата. Моля за помощ.', null],
  [null, 'Кога ще получа парите си обратно?', null],
  [null, 'Поръчка 4711: липсва касов бон', null],
  ['uk', 'Доброго дня, де мое замовлення?', null],
  [null, 'Доброго дня, коли приїде моє замовлення?', null],
  ['ru', 'Доброго дня, коли приїде моє замовлення?', null],
  ['be', 'Добры дзень, дзе мая замова? Калі яна прыйдзе?', null],
  [null, 'Добар дан, где је моја поруџбина?', null],
  [null, 'Каде е мојата нарачка?', null],
  [null, 'Сәлеметсіз бе, тапсырысым қайда?', null],
  [null, 'Сайн байна уу, миний захиалга хаана байна вэ? Өнөөдөр ирэх үү?', null],
  ['ru', 'Where is my order? I have been waiting for two weeks, please help.', 'en'],
  [null, 'Where is my order? I have been waiting for two weeks, please help.', 'en'],
  ['en', 'Printer 2', 'en'],
  ['en, ru', 'Где мой заказ? Прошло уже три недели.', 'ru'],
  [null, 'Wo ist meine Bestellung? Ich warte seit zwei Wochen darauf.', null],
  [null, 'Où est ma commande ? J’attends depuis deux semaines.', null],
] as const)('%s: %s', (declared, text, language) => {
  const headers = declared === null ? [] : [{ name: 'content-language', value: declared }];
  expect(detectLanguage({ headers, subject: '', visibleText: text })).toBe(language);
});
