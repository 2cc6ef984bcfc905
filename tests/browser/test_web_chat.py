from __future__ import annotations

from playwright.async_api import Page, Route, expect

from core.conversation.models import Kind, Place
from tests.browser.conftest import PATIENCE_MS, Open
from tests.web_room import Room

expect.set_options(timeout=PATIENCE_MS)
CODE = "Try this:\n\n```python\nprint('hello & <goodbye>')\n```"


async def ask(page: Page, room: Room, text: str) -> Place:
    """Type and send, and wait until it has arrived."""
    before = len(room.messages)
    await page.get_by_label("Message to Robbie").fill(text)
    await page.keyboard.press("Enter")
    await room.until(lambda: len(room.messages) > before)
    await expect(page.locator(".row.person").last).to_contain_text(text)
    return room.messages[-1].place


async def test_answer_streams_in(open_page: Open, room: Room) -> None:
    page = await open_page(timezone_id="Asia/Tokyo")
    await expect(page.get_by_text("Hi, I am Robbie.")).to_be_visible()
    place = await ask(page, room, "Hello")
    assert room.messages[0].author.zone == "Asia/Tokyo"
    await expect(page.get_by_text("Hi, I am Robbie.")).to_be_hidden()
    await expect(page.locator("#writing")).to_contain_text("Robbie is writing…")
    await room.say(place, "a1", "Good **mor", final=False)
    answer = page.locator(".row.robbie")
    await expect(answer).to_contain_text("Good **mor")
    await expect(answer).to_contain_text("Robbie is writing…")
    await room.say(place, "a1", "Good **morning**")
    await expect(answer.locator("strong")).to_have_text("morning")
    await expect(page.get_by_text("Robbie is writing…")).to_have_count(0)
    await expect(page.locator(".row")).to_have_count(2)


async def test_growing_text_is_extended_and_not_drawn_anew(open_page: Open, room: Room) -> None:
    page = await open_page()
    place = await ask(page, room, "Hello")
    await room.say(place, "a1", "First paragraph.\n\nSecond", final=False)
    first = page.locator(".row.robbie .text p").first
    await expect(first).to_have_text("First paragraph.")
    await first.evaluate("node => { node.isTheSame = true; }")
    await room.say(place, "a1", "First paragraph.\n\nSecond one.\n\n- and\n- a list")
    await expect(page.locator(".row.robbie li")).to_have_count(2)
    assert await first.evaluate("node => node.isTheSame === true")


async def test_enter_sends_and_shift_enter_starts_a_line_and_focus_stays(open_page: Open, room: Room) -> None:
    page = await open_page()
    field = page.get_by_label("Message to Robbie")
    await expect(field).to_be_focused()
    await page.keyboard.type("one")
    await page.keyboard.press("Shift+Enter")
    await page.keyboard.type("two")
    assert room.messages == []
    await page.keyboard.press("Enter")
    await expect(field).to_have_value("")
    await expect(field).to_be_focused()
    assert room.messages[0].text.splitlines() == ["one", "two"]


async def test_double_click_sends_once(open_page: Open, room: Room) -> None:
    page = await open_page()
    await page.get_by_label("Message to Robbie").fill("only once")
    await page.get_by_role("button", name="Send").dblclick()
    await expect(page.locator(".row.person")).to_have_count(1)
    await ask(page, room, "and then this")
    assert [event.text for event in room.messages] == ["only once", "and then this"]


async def test_same_text_twice_is_two_messages(open_page: Open, room: Room) -> None:
    page = await open_page()
    await ask(page, room, "yes")
    await expect(page.get_by_label("Message to Robbie")).to_have_value("")
    await ask(page, room, "yes")
    await expect(page.locator(".row.person")).to_have_count(2)


async def test_stop_works_and_is_offered_only_while_robbie_writes(open_page: Open, room: Room) -> None:
    page = await open_page()
    stop = page.get_by_role("button", name="Stop")
    await expect(stop).to_be_hidden()
    place = await ask(page, room, "Count")
    await room.say(place, "a1", "1, 2, 3", final=False)
    await stop.click()
    await room.until(lambda: room.events[-1].kind is Kind.STOP)
    assert room.events[-1].place == place
    await room.say(place, "a1", "1, 2, 3 (stopped)")
    await expect(stop).to_be_hidden()
    await expect(page.get_by_label("Message to Robbie")).to_be_focused()


async def test_reload_keeps_the_conversation_and_new_starts_another(open_page: Open, room: Room) -> None:
    page = await open_page()
    place = await ask(page, room, "Remember this")
    await room.say(place, "a1", "I will.")
    await page.reload()
    await expect(page.locator(".row")).to_have_count(2)
    await page.get_by_role("link", name="New").click()
    await expect(page.get_by_text("Hi, I am Robbie.")).to_be_visible()
    await page.go_back()
    await expect(page.locator(".row")).to_have_count(2)


async def test_code_is_copied(open_page: Open, room: Room) -> None:
    page = await open_page(permissions=["clipboard-read", "clipboard-write"])
    await room.say(await ask(page, room, "How?"), "a1", CODE)
    await page.get_by_role("button", name="Copy").click()
    await expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert await page.evaluate("navigator.clipboard.readText()") == "print('hello & <goodbye>')\n"


async def test_dark_mode_follows_the_system(open_page: Open) -> None:
    page = await open_page(color_scheme="dark")
    ground = "getComputedStyle(document.body).backgroundColor.match(/\\d+/g).slice(0, 3).map(Number)"
    assert max(await page.evaluate(ground)) < 64
    await page.emulate_media(color_scheme="light")
    assert min(await page.evaluate(ground)) > 192


async def test_error_is_shown_without_losing_the_text(open_page: Open, room: Room, complaints: list[str]) -> None:
    page = await open_page()
    field = page.get_by_label("Message to Robbie")
    room.broken = True
    await field.fill("Do not lose me")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_contain_text("It is still here")
    await expect(field).to_have_value("Do not lose me")
    room.broken = False
    await page.keyboard.press("Enter")
    await expect(page.locator(".row.person")).to_contain_text("Do not lose me")
    await expect(field).to_have_value("")
    await expect(page.locator("#error")).to_be_hidden()
    assert [event.text for event in room.messages] == ["Do not lose me"]
    complaints.clear()  # the browser itself notes what was refused


async def test_text_changed_after_an_error_is_a_message_of_its_own(
    open_page: Open, room: Room, complaints: list[str]
) -> None:
    page = await open_page()

    async def lose_the_answer(route: Route) -> None:
        await route.fetch()
        await route.fulfill(status=503, body="Lost.", headers={"content-type": "text/plain"})

    await page.route("**/messages", lose_the_answer, times=1)
    await page.get_by_label("Message to Robbie").fill("first")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_have_text("Lost.")
    await page.get_by_label("Message to Robbie").fill("first, and more")
    await page.keyboard.press("Enter")
    await expect(page.locator(".row.person")).to_have_count(2)
    assert [event.text for event in room.messages] == ["first", "first, and more"]
    complaints.clear()


async def test_reader_who_scrolled_up_is_left_in_peace(open_page: Open, room: Room) -> None:
    page = await open_page(viewport={"width": 800, "height": 600})
    place = await ask(page, room, "Tell me a lot")
    long = "\n\n".join(f"Paragraph {number}." for number in range(60))
    await room.say(place, "a1", long, final=False)
    await expect(page.get_by_text("Paragraph 59.")).to_be_in_viewport()
    await page.locator("#scroll").evaluate("node => { node.scrollTop = 0; }")
    await expect(page.get_by_role("button", name="Latest")).to_be_visible()
    await room.say(place, "a1", long + "\n\nThe end.")
    await expect(page.get_by_text("The end.")).to_be_attached()
    assert await page.locator("#scroll").evaluate("node => node.scrollTop") == 0
    await page.get_by_role("button", name="Latest").click()
    await expect(page.get_by_text("The end.")).to_be_in_viewport()


async def test_suggestion_is_sent_by_a_click(open_page: Open, room: Room) -> None:
    page = await open_page()
    await page.get_by_role("button", name="What can you help me with?").click()
    await expect(page.locator(".row.person")).to_contain_text("What can you help me with?")
    assert [event.text for event in room.messages] == ["What can you help me with?"]


async def test_hostile_text_runs_nothing(open_page: Open, room: Room) -> None:
    page = await open_page()
    attack = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>"
    place = await ask(page, room, attack)
    await room.say(place, "a1", f"{attack}\n\n[click](javascript:document.title='owned')\n\n| a |\n|--:|\n| 1 |")
    await expect(page.locator(".row.robbie td")).to_have_text("1")
    assert await page.locator("#messages script, #messages a, #messages img:not(.face)").count() == 0
    assert await page.title() == "Robbie"


async def test_stream_recovers_after_the_connection_was_lost(open_page: Open, room: Room) -> None:
    page = await open_page()
    place = await ask(page, room, "Hello")
    await page.context.set_offline(True)
    await room.say(place, "a1", "While you were away")
    await page.context.set_offline(False)
    await expect(page.locator(".row.robbie")).to_contain_text("While you were away")


async def test_page_that_could_not_load_its_conversation_recovers_by_itself(
    open_page: Open, room: Room, complaints: list[str]
) -> None:
    page = await open_page()
    place = await ask(page, room, "Hello")
    await room.say(place, "a1", "Here it is")
    room.broken = True
    await page.reload()
    await expect(page.get_by_role("alert")).to_contain_text("cannot be loaded right now")
    room.broken = False
    await expect(page.locator(".row.robbie")).to_contain_text("Here it is")
    await expect(page.locator("#error")).to_be_hidden()
    complaints.clear()


async def test_link_from_another_site_opens_the_conversation_that_was_open(open_page: Open, room: Room) -> None:
    page = await open_page()
    await ask(page, room, "Remember me")
    link = f'<link rel="icon" href="data:,"><a href="{page.url.rpartition("/c/")[0]}/">to Robbie</a>'
    await page.route("http://elsewhere.example/", lambda route: route.fulfill(body=link, content_type="text/html"))
    await page.goto("http://elsewhere.example/")
    await page.get_by_role("link", name="to Robbie").click()
    await expect(page.locator(".row.person")).to_contain_text("Remember me")


async def test_phone_shows_everything_without_sideways_scrolling(open_page: Open, room: Room) -> None:
    page = await open_page(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    wide = "x" * 300
    await room.say(
        await ask(page, room, wide), "a1", f"{wide}\n\n```\n{wide}\n```\n\n| {wide} | b |\n|---|---|\n| 1 | 2 |"
    )
    await expect(page.locator(".row.robbie table")).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth") <= 390
    assert await page.locator("#scroll").evaluate("node => node.scrollWidth - node.clientWidth") <= 0
    await expect(page.get_by_label("Message to Robbie")).to_be_in_viewport()


async def test_the_menu_of_commands_fits_a_phone(open_page: Open) -> None:
    page = await open_page(viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True)
    await page.get_by_label("Message to Robbie").fill("/")
    await expect(page.locator("#commands")).to_be_visible()
    assert await page.locator("#commands").evaluate("menu => menu.getBoundingClientRect().right") <= 360
    assert await page.evaluate("document.documentElement.scrollWidth") <= 360


async def test_before_anything_is_said_the_page_shows_its_beginning(open_page: Open) -> None:
    page = await open_page(viewport={"width": 375, "height": 667})
    await expect(page.locator(".empty img")).to_be_in_viewport(ratio=1)
    await expect(page.locator(".hint p").last).not_to_be_in_viewport()


async def test_an_answer_takes_the_place_of_the_dots_without_fading_in_again(open_page: Open, room: Room) -> None:
    page = await open_page()
    place = await ask(page, room, "Hello")
    fading = "row => getComputedStyle(row).animationName"
    assert await page.locator("#writing").evaluate(fading) == "arrive"
    await room.say(place, "a1", "Good mor", final=False)
    await expect(page.locator(".row.robbie")).to_contain_text("Good mor")
    assert await page.locator(".row.robbie").evaluate(fading) == "none"


async def test_face_of_a_persona_is_shown_by_the_page(open_page: Open) -> None:
    page = await open_page()
    width = await page.evaluate(
        """async () => {
            const face = new Image();
            face.src = "/avatars/steve_jobs-confident.png";
            await face.decode();
            return face.naturalWidth;
        }"""
    )
    assert width == 512


async def test_files_are_chosen_shown_taken_out_and_sent(open_page: Open, room: Room) -> None:
    page = await open_page()
    await page.locator("#files").set_input_files(
        [
            {"name": "a.txt", "mimeType": "text/plain", "buffer": b"apples"},
            {"name": "b.txt", "mimeType": "text/plain", "buffer": b"pears"},
        ]
    )
    await expect(page.get_by_role("list", name="Files to send").get_by_role("listitem")).to_have_count(2)
    await page.get_by_role("button", name="Remove a.txt").click()
    await page.get_by_role("button", name="Send").click()
    await room.until(lambda: bool(room.messages))
    (event,) = room.messages
    assert ([file.name for file in event.files], list(room.uploads.values())) == (["b.txt"], [b"pears"])
    await expect(page.locator(".row.person .files")).to_contain_text("b.txt")
    await expect(page.get_by_role("list", name="Files to send")).to_be_hidden()
    await ask(page, room, "and without a file")
    assert room.messages[-1].files == ()


async def test_a_file_can_be_dropped_and_what_is_too_large_is_said_before_it_is_sent(
    open_page: Open, room: Room
) -> None:
    page = await open_page()
    await page.evaluate(
        """() => {
            const carrier = new DataTransfer();
            carrier.items.add(new File(["x".repeat(6000)], "large.txt"));
            carrier.items.add(new File(["small"], "small.txt"));
            document.body.dispatchEvent(
                new DragEvent("drop", { dataTransfer: carrier, bubbles: true, cancelable: true }));
        }"""
    )
    await expect(page.get_by_role("alert")).to_have_text("large.txt is too large: Robbie reads up to 5 kB.")
    await expect(page.get_by_role("list", name="Files to send")).to_contain_text("small.txt (0 kB)")
    await ask(page, room, "look")
    assert [file.name for file in room.messages[0].files] == ["small.txt"]


async def test_without_scripts_a_file_goes_with_the_form(open_page: Open, room: Room) -> None:
    page = await open_page(java_script_enabled=False)
    await expect(page.get_by_text("Up to 3 files of 5 kB")).to_be_visible()
    await page.locator("#files").set_input_files({"name": "a.txt", "mimeType": "text/plain", "buffer": b"apples"})
    await page.get_by_label("Message to Robbie").fill("look")
    await page.get_by_role("button", name="Send").click()
    await expect(page.locator(".row.person")).to_contain_text("a.txt")
    assert list(room.uploads.values()) == [b"apples"]


async def test_a_slash_opens_the_menu_of_commands_and_enter_takes_one(open_page: Open, room: Room) -> None:
    page = await open_page()
    field = page.get_by_label("Message to Robbie")
    await field.press_sequentially("/cont")
    menu = page.locator("#commands")
    await expect(menu.locator("button:visible")).to_have_count(3)
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("ArrowDown")
    chosen = page.get_by_role("option", selected=True)
    await expect(chosen).to_contain_text("/continue")
    await expect(field).to_have_attribute("aria-activedescendant", await chosen.get_attribute("id") or "")
    await page.keyboard.press("Enter")
    await expect(menu).to_be_hidden()
    assert await field.get_attribute("aria-activedescendant") is None
    await expect(field).to_have_value("/continue ")
    await page.keyboard.press("Enter")
    await room.until(lambda: len(room.messages) == 1)
    assert room.messages[0].text.strip() == "/continue"


async def test_a_vote_is_one_press_under_the_answer(open_page: Open, room: Room) -> None:
    page = await open_page()
    place = await ask(page, room, "Hello")
    await room.say(place, "a1", "Hi!", about="key-1", extras={"body": "", "feedback": True})
    await page.get_by_role("button", name="It did not help").click()
    await room.until(lambda: len(room.events) == 2)
    assert room.events[1].command is not None
    assert dict(room.events[1].command.arguments) == {"vote": "down"}
    await room.say(place, "a1", "Hi!", about="key-1", vote=-1, extras={"body": "", "feedback": True})
    await page.get_by_role("button", name="What was missing?").click()
    await page.get_by_label("Reason").fill("An example")
    await page.get_by_role("button", name="Send").click()
    await room.until(lambda: len(room.events) == 3)
    assert dict(room.events[2].command.arguments) == {"vote": "down", "reason": "An example"}  # type: ignore[union-attr]
    await expect(page.get_by_label("Message to Robbie")).to_be_visible()


async def test_an_answer_that_is_quicker_than_the_pages_own_request_leaves_no_sign_of_writing(
    open_page: Open, room: Room
) -> None:
    page = await open_page()

    async def late(route: Route) -> None:
        answer = await route.fetch()  # it was read before the answer stood there
        await room.say(room.messages[0].place, "a1", "Here you are.")
        await expect(page.locator(".row.robbie")).to_contain_text("Here you are.")
        await route.fulfill(response=answer)

    await page.route("**/messages", late)
    await ask(page, room, "/help")
    await expect(page.get_by_label("Message to Robbie")).to_have_value("")  # the request is back
    await page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    await expect(page.locator("#writing")).to_have_count(0)
