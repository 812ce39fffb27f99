/** Names of emoji as Slack writes them (`:fire:`) and the characters they stand for. Unknown names stay text. */

const TABLE = `
rotating_light 🚨|warning ⚠️|white_check_mark ✅|heavy_check_mark ✔️|ballot_box_with_check ☑️|x ❌|negative_squared_cross_mark ❎|fire 🔥
fire_engine 🚒|skull 💀|skull_and_crossbones ☠️|game_die 🎲|bell 🔔|no_bell 🔕|loudspeaker 📢|mega 📣
hourglass ⌛|hourglass_flowing_sand ⏳|stopwatch ⏱️|timer_clock ⏲️|alarm_clock ⏰|clock1 🕐|clock3 🕒|clock12 🕛
watch ⌚|calendar 📅|date 📅|spiral_calendar_pad 🗓️|eyes 👀|eye 👁️|lock 🔒|unlock 🔓
closed_lock_with_key 🔐|key 🔑|large_green_circle 🟢|red_circle 🔴|large_yellow_circle 🟡|large_orange_circle 🟠|large_blue_circle 🔵|blue_circle 🔵
large_purple_circle 🟣|white_circle ⚪|black_circle ⚫|large_red_square 🟥|large_orange_square 🟧|large_yellow_square 🟨|large_green_square 🟩|large_blue_square 🟦
large_purple_square 🟪|white_large_square ⬜|black_large_square ⬛|small_orange_diamond 🔸|small_blue_diamond 🔹|large_orange_diamond 🔶|large_blue_diamond 🔷|small_red_triangle 🔺
small_red_triangle_down 🔻|exclamation ❗|heavy_exclamation_mark ❗|grey_exclamation ❕|question ❓|grey_question ❔|bangbang ‼️|interrobang ⁉️
information_source ℹ️|no_entry ⛔|no_entry_sign 🚫|octagonal_sign 🛑|stop_sign 🛑|construction 🚧|sos 🆘|new 🆕
ok 🆗|up 🆙|cool 🆒|free 🆓|arrow_right ➡️|arrow_left ⬅️|arrow_up ⬆️|arrow_down ⬇️
arrow_upper_right ↗️|arrow_lower_right ↘️|arrow_right_hook ↪️|leftwards_arrow_with_hook ↩️|arrows_counterclockwise 🔄|repeat 🔁|twisted_rightwards_arrows 🔀|rewind ⏪
fast_forward ⏩|arrow_forward ▶️|black_right_pointing_triangle ▶️|double_vertical_bar ⏸️|pause_button ⏸️|black_square_for_stop ⏹️|stop_button ⏹️|black_circle_for_record ⏺️
black_right_pointing_double_triangle_with_vertical_bar ⏭️|next_track_button ⏭️|heavy_plus_sign ➕|heavy_minus_sign ➖|heavy_multiplication_x ✖️|pushpin 📌|round_pushpin 📍|paperclip 📎
memo 📝|pencil 📝|pencil2 ✏️|clipboard 📋|page_facing_up 📄|page_with_curl 📃|scroll 📜|books 📚
book 📖|bookmark 🔖|label 🏷️|file_folder 📁|open_file_folder 📂|card_index_dividers 🗂️|bar_chart 📊|chart_with_upwards_trend 📈
chart_with_downwards_trend 📉|mag 🔍|mag_right 🔎|link 🔗|wrench 🔧|hammer 🔨|hammer_and_wrench 🛠️|gear ⚙️
nut_and_bolt 🔩|toolbox 🧰|electric_plug 🔌|battery 🔋|computer 💻|desktop_computer 🖥️|floppy_disk 💾|cd 💿
satellite 🛰️|satellite_antenna 📡|signal_strength 📶|globe_with_meridians 🌐|earth_africa 🌍|cloud ☁️|thunder_cloud_and_rain ⛈️|lightning ⚡
zap ⚡|boom 💥|collision 💥|bomb 💣|volcano 🌋|tornado 🌪️|ocean 🌊|snowflake ❄️
sunny ☀️|rainbow 🌈|star ⭐|star2 🌟|sparkles ✨|dizzy 💫|tada 🎉|confetti_ball 🎊
balloon 🎈|trophy 🏆|medal 🏅|sports_medal 🏅|first_place_medal 🥇|checkered_flag 🏁|triangular_flag_on_post 🚩|waving_white_flag 🏳️
waving_black_flag 🏴|dart 🎯|crystal_ball 🔮|dragon 🐉|dragon_face 🐲|mage 🧙|wizard 🧙|crossed_swords ⚔️
shield 🛡️|bow_and_arrow 🏹|european_castle 🏰|door 🚪|candle 🕯️|performing_arts 🎭|clapper 🎬|robot_face 🤖
ghost 👻|alien 👽|imp 👿|japanese_ogre 👹|clown_face 🤡|bug 🐛|ant 🐜|spider 🕷️
snake 🐍|turtle 🐢|snail 🐌|rabbit 🐰|fox_face 🦊|owl 🦉|penguin 🐧|cat 🐱
dog 🐶|bear 🐻|panda_face 🐼|unicorn_face 🦄|bee 🐝|crab 🦀|octopus 🐙|whale 🐳
thumbsup 👍|+1 👍|thumbsdown 👎|-1 👎|ok_hand 👌|clap 👏|raised_hands 🙌|pray 🙏
muscle 💪|wave 👋|raised_hand ✋|hand ✋|point_right 👉|point_left 👈|point_up ☝️|point_down 👇
handshake 🤝|writing_hand ✍️|vulcan_salute 🖖|saluting_face 🫡|brain 🧠|heart ❤️|green_heart 💚|blue_heart 💙
purple_heart 💜|broken_heart 💔|100 💯|smile 😄|smiley 😃|grinning 😀|slightly_smiling_face 🙂|joy 😂
sweat_smile 😅|wink 😉|thinking_face 🤔|neutral_face 😐|grimacing 😬|sweat 😓|cold_sweat 😰|scream 😱
sob 😭|cry 😢|rage 😡|exploding_head 🤯|face_with_monocle 🧐|sunglasses 😎|nerd_face 🤓|sleeping 😴
zzz 💤|shrug 🤷|man-shrugging 🤷‍♂️|woman-shrugging 🤷‍♀️|facepalm 🤦|see_no_evil 🙈|hear_no_evil 🙉|speak_no_evil 🙊
firefighter 🧑‍🚒|technologist 🧑‍💻|detective 🕵️|sleuth_or_spy 🕵️|guardsman 💂|cop 👮|construction_worker 👷|astronaut 🧑‍🚀
pilot 🧑‍✈️|judge 🧑‍⚖️|scientist 🧑‍🔬|teacher 🧑‍🏫|cook 🧑‍🍳|busts_in_silhouette 👥|bust_in_silhouette 👤|speaking_head_in_silhouette 🗣️
family 👪|necktie 👔|briefcase 💼|office 🏢|hospital 🏥|bank 🏦|department_store 🏬|factory 🏭|house 🏠|classical_building 🏛️
ambulance 🚑|police_car 🚓|helicopter 🚁|airplane ✈️|rocket 🚀|ship 🚢|anchor ⚓|parachute 🪂
traffic_light 🚦|vertical_traffic_light 🚦|helmet_with_white_cross ⛑️|rescue_worker_helmet ⛑️|adhesive_bandage 🩹|pill 💊|syringe 💉|stethoscope 🩺
thermometer 🌡️|test_tube 🧪|microscope 🔬|telescope 🔭|dna 🧬|coffee ☕|tea 🍵|pizza 🍕
cake 🍰|beer 🍺|beers 🍻|apple 🍎|money_with_wings 💸|moneybag 💰|credit_card 💳|package 📦
mailbox 📫|email 📧|envelope ✉️|incoming_envelope 📨|inbox_tray 📥|outbox_tray 📤|telephone_receiver 📞|phone ☎️
iphone 📱|pager 📟|fax 📠|tv 📺|camera 📷|video_camera 📹|microphone 🎤|studio_microphone 🎙️
headphones 🎧|speaker 🔈|sound 🔉|loud_sound 🔊|mute 🔇|speech_balloon 💬|thought_balloon 💭|left_speech_bubble 🗨️
one 1️⃣|two 2️⃣|three 3️⃣|four 4️⃣|five 5️⃣|six 6️⃣|seven 7️⃣|eight 8️⃣|nine 9️⃣|zero 0️⃣|keycap_ten 🔟
bulb 💡|flashlight 🔦|compass 🧭|world_map 🗺️|hole 🕳️|jigsaw 🧩|puzzle_piece 🧩|seedling 🌱|evergreen_tree 🌲|wastebasket 🗑️|recycle ♻️|infinity ♾️|scales ⚖️|newspaper 📰|ticket 🎫|magic_wand 🪄|mantelpiece_clock 🕰️|joystick 🕹️|video_game 🎮`;

export const EMOJI = new Map(
  TABLE.trim().split(/[|\n]/).map((pair) => {
    const space = pair.indexOf(" ");
    return [pair.slice(0, space), pair.slice(space + 1)];
  }),
);

/** The emoji offered first: what people answer with during an incident. */
export const QUICK = ["eyes", "white_check_mark", "rotating_light"];

/** The character for a name, with or without its colons and skin tone; null when the name is not known. */
export function emojiOf(name) {
  const bare = String(name ?? "").replace(/^:|:$/g, "").replace(/::skin-tone-\d$/, "");
  return EMOJI.get(bare) ?? null;
}

/** What to draw for an avatar's emoji, which may be given as a name or as the character itself; an unknown name stays, without its colons. */
export function emojiOrText(given) {
  return emojiOf(given) ?? String(given ?? "").replace(/^:(.+):$/, "$1");
}
