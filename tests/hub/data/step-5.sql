PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE schema_step (
    no INTEGER NOT NULL PRIMARY KEY,
    applied_at INTEGER NOT NULL
) STRICT;
INSERT INTO schema_step VALUES(1,1795953366);
INSERT INTO schema_step VALUES(2,1795953366);
INSERT INTO schema_step VALUES(3,1795953366);
INSERT INTO schema_step VALUES(4,1795953366);
INSERT INTO schema_step VALUES(5,1795953366);
CREATE TABLE head (
    one INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    store_id TEXT NOT NULL,
    epoch INTEGER NOT NULL,
    change INTEGER NOT NULL,
    trail_no INTEGER NOT NULL,
    trail_hash BLOB NOT NULL,
    mac BLOB NOT NULL
) STRICT;
INSERT INTO head VALUES(1,'01a22729-9454-768f-90d9-884592c1962b',1,16,17,X'8abe7fa6d202ef9f2d5ad3e57c77f127f04c8b3409b3d9679e0f3700c0eebd93',X'00000003c597e275431da0642421d782e939e182ac02ab6d43274539a966b15b329f8f8d');
CREATE TABLE account (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    key_check BLOB NOT NULL
) STRICT;
INSERT INTO account VALUES('01a22729-9453-7ea9-a4dc-93730d64ae87','Acme Messaging',1795953366099,X'10e9c581a8ff4351504de9e98a9d6d44afdcaead078ad8d2cd5fcbe4cf293a00e26390ca61488a8729b2f868ca1207a759f0b9a5f9cc3dbf31');
CREATE TABLE ring (
    id INTEGER NOT NULL PRIMARY KEY,
    purpose TEXT NOT NULL CHECK (purpose IN ('seal', 'guard', 'head')),
    active INTEGER NOT NULL CHECK (active IN (0, 1)),
    wrapped BLOB NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
INSERT INTO ring VALUES(1,'seal',1,X'e7680303fdfef3a7191076cb6f3eb396c22ea567664d66648eb60d46f0e3a5d7e7ddfe12d53b6735d5eb1cfdbe34879bc4c4725364e38e729c8e9f64ce3eadd2487f8332ec3a6ded',1795953366099);
INSERT INTO ring VALUES(2,'guard',1,X'd88ad80ca73cd952ce2506d5fb2311287a643b16db963f22d4fd95dd41309ced6b1a6f21534efa1fb284ac168835525ede7217b672d5913aa5fe746f14302695d3ab3850c174432b',1795953366099);
INSERT INTO ring VALUES(3,'head',1,X'88f4191a82e5a9ae65e3084bdaab83cdec40c2ead504feedf7d979b0f56d54ffc54cdb636d4eb7785786524ee1ec1b9f4881fbcde2dcc218b6c04370f9efb1617080ea3997f76351',1795953366099);
CREATE TABLE person (
    id TEXT NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL,
    name TEXT NOT NULL UNIQUE,
    role TEXT NOT NULL CHECK (role IN ('administrator', 'advanced', 'basic')),
    state TEXT NOT NULL CHECK (state IN ('active', 'disabled')),
    epoch INTEGER NOT NULL,
    password BLOB NOT NULL,
    password_version INTEGER NOT NULL,
    must_change INTEGER NOT NULL CHECK (must_change IN (0, 1)),
    created_at INTEGER NOT NULL,
    created_by TEXT NOT NULL,
    changed_at INTEGER NOT NULL,
    changed_by TEXT NOT NULL,
    change INTEGER NOT NULL,
    tag BLOB NOT NULL
) STRICT;
INSERT INTO person VALUES('01a22729-9453-7ea9-a4dc-9373e4674764',1,'alice','administrator','active',1,X'0100000001cf3df1692034305dc10e3e3ca172ba1b75922fa8ce8484a0bbbb1912771c3f3931b1fa8e3580a420497ddced2bd6201eddf7f097eea01d433e1d6344db2d4a37f561ea96bb237b938f2bd38d4130451880616b6214bd1de05a3b011e1eb2e254d5f460b680719f2856f3932f60261e0fe4cac56c5dd1c7e3819b7ffdeb306cffb860ee2fc1e505701c',1,0,1795953366100,'alice',1795953366100,'alice',1,X'000000026d270f5911762e7a2e6e93c8fe8fa725581575275d86550f3874233739cb2976');
INSERT INTO person VALUES('01a22729-9d13-72d5-a4a8-bc7a2385159e',1,'bram','basic','active',1,X'010000000185616bccd348b19d6ddac3afb5105ccea9ac9f6f76592a7a9a564e057f3824d4d749631479990d7bb737df8c04ee8d048547a8d05feddfca01598ab94705d20cf68f5e7e766de580641274a58df86ac35f72d56cd737230c462116872eaa78538dbcc84cf315379be8cc939cf2658c49e86acd443fbf0f09e0a7f52b4d61f34d4b04d1d700681c3b63',1,1,1795953368339,'alice',1795953368339,'alice',15,X'000000020f81f0d08c96c754e718bbd808fb338e3d302a11e90d5abd7c9ba6586a36ed31');
CREATE TABLE presence (
    person TEXT NOT NULL PRIMARY KEY REFERENCES person (id),
    at INTEGER NOT NULL,
    address TEXT
) STRICT;
CREATE TABLE throttle (
    id TEXT NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    pauses INTEGER NOT NULL,
    locked_until INTEGER,
    at INTEGER NOT NULL,
    tag BLOB NOT NULL
) STRICT;
CREATE TABLE credential (
    id TEXT NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('basic', 'hmac', 'legacy')),
    key TEXT NOT NULL,
    name TEXT NOT NULL,
    name_fold TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('active', 'disabled', 'revoked')),
    -- 0 for revoked ones: they leave the default list.
    listed INTEGER NOT NULL CHECK (listed IN (0, 1)),
    not_before INTEGER,
    expires_at INTEGER,
    networks TEXT NOT NULL,
    note TEXT NOT NULL,
    algorithms TEXT NOT NULL,
    body_digest TEXT NOT NULL CHECK (body_digest IN ('required', 'optional')),
    created_at INTEGER NOT NULL,
    created_by TEXT NOT NULL,
    changed_at INTEGER NOT NULL,
    changed_by TEXT NOT NULL,
    changed_how TEXT NOT NULL,
    change INTEGER NOT NULL,
    tag BLOB NOT NULL,
    UNIQUE (kind, key)
) STRICT;
INSERT INTO credential VALUES('01a22729-94a1-7942-a5f2-81ea407cc766',1,'basic','kdbHBpjUioiTCXlxwlMc','plain','plain','active',1,NULL,NULL,'','','','required',1795953366177,'alice',1795953366177,'alice','created',2,X'000000027a02f0914ac3ce1c30112e40952842e702ff3cc37005424d33ff1a24b4a39bc3');
INSERT INTO credential VALUES('01a22729-953d-78ea-ad8e-3b6023caaf77',1,'hmac','kdh5DRRXphROXNgpvlTa','webhooks','webhooks','active',1,NULL,4070908800,'203.0.113.0/24','','','required',1795953366333,'alice',1795953366333,'alice','created',3,X'0000000293a0fd51cf63566a36e738ade053cdb001b263b09a00750832adebf6beede706');
INSERT INTO credential VALUES('01a22729-95dc-7ab2-bcb2-381107a81970',3,'basic','kdboGQgN9djMFtrHC69R','rotated','rotated','active',1,NULL,NULL,'','','','required',1795953366492,'alice',1795953367619,'alice','rotated',11,X'00000002c506d796d2546006db88c49ee69987c8acf8592a363a493e37b10013b67baa35');
INSERT INTO credential VALUES('01a22729-9688-7e13-a762-7b68472469f3',2,'basic','kdb6SUNtZ0S1VUur0v6q','leaked','leaked','active',1,NULL,NULL,'','','','required',1795953366664,'alice',1795953367724,'alice','rotated',12,X'0000000202164a502e6f32999fb0140f7973d9ffb7073bbacf1006dc54e38e441e6cdb64');
INSERT INTO credential VALUES('01a22729-9703-77cb-b9ef-0e8c02a6c76d',2,'basic','kdb95z6IL9przk1w3QMW','gone','gone','revoked',0,NULL,NULL,'','','','required',1795953366787,'alice',1795953367840,'alice','revoked',13,X'000000022e1aa0765c721d3a36afb6879a92e1e4182118a5e5678e8b33da04a30439d221');
INSERT INTO credential VALUES('01a22729-97a7-75fa-86f2-93811769d19d',1,'basic','kdbVUkIE5g6OaQyFcwZ2','tampered','tampered','active',1,NULL,NULL,'','by hand','','required',1795953366951,'alice',1795953366951,'alice','created',7,X'00000002626218bda0877ac34633db71cb1dfc2daaf40fdd9488e219c49d056b282e5b5c');
INSERT INTO credential VALUES('01a22729-98fe-7ff2-bed9-4969da94b599',1,'legacy','smsbatch','smsbatch','smsbatch','active',1,NULL,NULL,'','','','required',1795953367294,'alice',1795953367294,'alice','created',9,X'00000002b959a79b4ca7d924c78ec304271ec862961ef71359f3314f3726a3316d518451');
INSERT INTO credential VALUES('01a22729-97f0-7500-81a6-11dfeae61477',1,'basic','kdbnQ7R9VxJSQHQkutPe','put-back','put-back','active',1,NULL,NULL,'','','','required',1795953367024,'alice',1795953367024,'alice','created',8,X'0000000206258c3f00736db164a06c394827d409411b6542631083baf6383dd6d2bce1a3');
CREATE TABLE secret (
    id TEXT NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL,
    credential TEXT NOT NULL REFERENCES credential (id),
    no INTEGER NOT NULL,
    sealed BLOB NOT NULL,
    valid_until INTEGER,
    created_at INTEGER NOT NULL,
    created_by TEXT NOT NULL,
    change INTEGER NOT NULL,
    tag BLOB NOT NULL,
    UNIQUE (credential, no)
) STRICT;
INSERT INTO secret VALUES('01a22729-94a1-7942-a5f2-81ea4f8a6dae',1,'01a22729-94a1-7942-a5f2-81ea407cc766',1,X'01000000017167735880f4e8b370eaa56afed7064094e56a8d8b5b893c567301f0b753231a2e6d3445398551370eac7832311f0ed3e5d9ead2edced7795063d862a7e9808547f3df66df63c5fbfd',NULL,1795953366177,'alice',2,X'000000026e4fda4526df500eeec10bb5b6fc164d9a154c5f0a7042d9e061993573bb3781');
INSERT INTO secret VALUES('01a22729-953d-78ea-ad8e-3b60db59ba25',1,'01a22729-953d-78ea-ad8e-3b6023caaf77',1,X'0100000001b2fb7e71f0884d53092eef3e1346f7b750b51caddb2afb3fc71846d3841a2583e683fd6df18b634854ae32830140f89c3573848ced6e8f2e40e35e6a3a6bc580edd4ff8660fa65',NULL,1795953366333,'alice',3,X'00000002142ed1a679221e1aa00110291d0428748a40f35af084d4ee31f783534563d53b');
INSERT INTO secret VALUES('01a22729-95dc-7ab2-bcb2-38119ca06ab1',3,'01a22729-95dc-7ab2-bcb2-381107a81970',1,X'0100000001d579e4052cadc3b1fc41623e53220d53541d88e8f16078bbaf74be5ad9430db96084f98666fc92c7697f0ca25d099f808be2926c4e01a2c2562c7687c5c53f0d49bfbee2a4ec0b7929',1795953367,1795953366492,'alice',11,X'0000000299e0a0a2c6ce6b11ccffb4abe69f3a1267b859c9928247276eff425129f574a1');
INSERT INTO secret VALUES('01a22729-9688-7e13-a762-7b6864ac9337',2,'01a22729-9688-7e13-a762-7b68472469f3',1,X'0100000001f196dc05d2f286a8ead5921b74f916b6f233c8a507b9304feff33b339325fbe843beb7f2a197d0070cd252e98faabb46497017d7695924061be1a528eafab066ee46d3476b25258e03',1795953367,1795953366664,'alice',12,X'00000002fdcef76f163aaa8c507bdb9496fc82777063e4884be203de969164adea878833');
INSERT INTO secret VALUES('01a22729-9703-77cb-b9ef-0e8cc2c77be8',1,'01a22729-9703-77cb-b9ef-0e8c02a6c76d',1,X'01000000014193ef8c3d3b4b28041ed6074f38134e9c7ff04a0163ea66c69a994175cd8b5264dd0dac927f2872f899fed3ecea4c13c8c2e2154c669d2ba638a337d6f53fab6af528a0da846a4339',NULL,1795953366787,'alice',6,X'000000025c7c28239bea49f3e3653b5d5d1890f0450692620eb720c876afcde447ba194d');
INSERT INTO secret VALUES('01a22729-97a7-75fa-86f2-93813fd0a799',1,'01a22729-97a7-75fa-86f2-93811769d19d',1,X'01000000013c6a59d6a1cd2e5bc12545f1da960a8cb0879b71ef75a1bec291857305b4fc667e95dfe6d32319fa1aab96baa24c55ad427bad95fcb72438021c7ffba96c9f1e15884dea6c28d0b9a8',NULL,1795953366951,'alice',7,X'0000000285eacbca9118e7176e5992651f18f4bba2ec704b94e8bc956a37bd06db4a602f');
INSERT INTO secret VALUES('01a22729-97f0-7500-81a6-11e0e24f8b0a',1,'01a22729-97f0-7500-81a6-11dfeae61477',1,X'0100000001744997be6bdea9c9c9f1e82d8603386026df9a31c77abe4736ef96320baf6b0b18a43e96e987a1e7668fb143021c544af6fcb291757c2d0bcf086a3e12d7ee55980c8dbc1406d4e6bc',NULL,1795953367024,'alice',8,X'000000026dcfd3c1eba8c0387e7e07371e1c5440cb19e09c054bd4914feecaba2390dad4');
INSERT INTO secret VALUES('01a22729-98fe-7ff2-bed9-496ad661d392',1,'01a22729-98fe-7ff2-bed9-4969da94b599',1,X'0100000001f53075a256be61ad0bfb15e96611ba2a4a738537c2ead6c4dc6d224a4870c017fd957f8edc8992fd87de1a8e600fec3027138ee9ed9d9a5d967605f5793ce2ba9b96c5ac4c54a201e29a916d2abf1351d79ecf492a990f9e3eaf4a90811888d4957f376b96ed803b3eb6ff55a501c4b41bdc98b1a6a6f2e1c6629f904d9c24c438d41d1af85cae65dc15',NULL,1795953367294,'alice',9,X'00000002fbec0020347d95c605f7f690ce2268d2939c99b07257d2b42e68a7da07ef6d40');
INSERT INTO secret VALUES('01a22729-99cd-7f4f-93f1-29590accfc99',2,'01a22729-95dc-7ab2-bcb2-381107a81970',2,X'0100000001e3ac5f69e5a4370ff4e8f205edc99c2038572967910e0493bbdc7d49e146b4d1d62d4e337382c505fc80ef58b7f7143804df5db6f50766010f942b76c06a6318794e809f4256888633',1796558167,1795953367501,'alice',11,X'00000002b38268626a14ce6434fbff78bf0fac97bda9c94f467402b0a5cc81a0a4515c03');
INSERT INTO secret VALUES('01a22729-9a43-7333-b02b-18a26b24f231',1,'01a22729-95dc-7ab2-bcb2-381107a81970',3,X'0100000001a81434a870b2f46be0fa1c52a3fd78d6e6a80b99647e81ae297b011261d5c229e1df23446c5bf3ca746e48fd9d2960d2a72220b6015a52434356f6c2ba0e75ce46c6e13f100f3e8305',NULL,1795953367619,'alice',11,X'000000024959320d2e8fea484a0ac596ee63c87d33cb7393fcd0319cecd5f80f3c51d726');
INSERT INTO secret VALUES('01a22729-9aac-78c9-a457-896aecc59518',1,'01a22729-9688-7e13-a762-7b68472469f3',2,X'0100000001824266db789aeb5894a667f3ece95b97fe8e967e40d9b4eba1464caf5d0d12f56f396b223c76edb8f73538ed5c5fcf9c424210a1be3d003e30d59367bab3177d123ec49d4b67800f28',NULL,1795953367724,'alice',12,X'0000000288e32b5ef84aeba25d0f25d3c1cfed9a351c7db8c10f8059664eb620b6290748');
CREATE TABLE usage (
    credential TEXT NOT NULL REFERENCES credential (id),
    secret_no INTEGER NOT NULL,
    at INTEGER,
    address TEXT,
    waiting INTEGER NOT NULL CHECK (waiting IN (0, 1)), kind TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (credential, secret_no)
) STRICT;
INSERT INTO usage VALUES('01a22729-94a1-7942-a5f2-81ea407cc766',1,NULL,NULL,1,'basic');
INSERT INTO usage VALUES('01a22729-953d-78ea-ad8e-3b6023caaf77',1,NULL,NULL,1,'hmac');
INSERT INTO usage VALUES('01a22729-95dc-7ab2-bcb2-381107a81970',1,NULL,NULL,0,'basic');
INSERT INTO usage VALUES('01a22729-9688-7e13-a762-7b68472469f3',1,NULL,NULL,0,'basic');
INSERT INTO usage VALUES('01a22729-9703-77cb-b9ef-0e8c02a6c76d',1,NULL,NULL,0,'basic');
INSERT INTO usage VALUES('01a22729-97a7-75fa-86f2-93811769d19d',1,NULL,NULL,1,'basic');
INSERT INTO usage VALUES('01a22729-97f0-7500-81a6-11dfeae61477',1,NULL,NULL,0,'basic');
INSERT INTO usage VALUES('01a22729-98fe-7ff2-bed9-4969da94b599',1,NULL,NULL,1,'legacy');
INSERT INTO usage VALUES('01a22729-95dc-7ab2-bcb2-381107a81970',2,NULL,NULL,0,'basic');
INSERT INTO usage VALUES('01a22729-95dc-7ab2-bcb2-381107a81970',3,NULL,NULL,1,'basic');
INSERT INTO usage VALUES('01a22729-9688-7e13-a762-7b68472469f3',2,NULL,NULL,1,'basic');
CREATE TABLE tally (
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    n INTEGER NOT NULL,
    PRIMARY KEY (kind, state)
) STRICT;
INSERT INTO tally VALUES('basic','active',4);
INSERT INTO tally VALUES('hmac','active',1);
INSERT INTO tally VALUES('legacy','active',1);
INSERT INTO tally VALUES('basic','revoked',2);
CREATE TABLE setting (
    id TEXT NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL,
    value TEXT NOT NULL,
    change INTEGER NOT NULL,
    tag BLOB NOT NULL
) STRICT;
INSERT INTO setting VALUES('idle_lock_minutes',1,'10',1,X'000000024ca8d87389f6b0b0e3e76de296e835d74a2e5f05d662c2ff2ea7e33a9c2127a0');
INSERT INTO setting VALUES('api_address',1,'https://api.example.com',1,X'0000000267e6029c88060b5abfc5fb20f8b261b5ba1a6ca1eebe0d7527247d6a3451f045');
INSERT INTO setting VALUES('api_upstream',1,'127.0.0.1:9000',1,X'00000002db0b072c27e5723aa02bd0e6b46f09b90106f14bbf4f592cfe24fdca7198907c');
INSERT INTO setting VALUES('verifier_staleness_seconds',1,'60',1,X'0000000209c1b622a8af370e2a89756aa9804df64757e4a2f45c7e559bb86c319dd4776c');
INSERT INTO setting VALUES('verifier_replay',2,'node',16,X'0000000288a5a60019d7269c107c8cc87f25a95f046aebc12c6d1cbf0d2c3145370dc338');
INSERT INTO setting VALUES('verifier_algorithms',1,'all',1,X'000000026f18f59dc1ef3e6ec1fd1ffb7e413c5952447d1b709225912f865a32856ac25b');
CREATE TABLE trail (
    no INTEGER NOT NULL PRIMARY KEY,
    at INTEGER NOT NULL,
    who TEXT,
    via TEXT,
    unix TEXT,
    address TEXT,
    action TEXT NOT NULL,
    class TEXT NOT NULL CHECK (class IN ('change', 'access', 'refusal')),
    about TEXT NOT NULL,
    subject TEXT,
    what TEXT NOT NULL,
    before TEXT,
    after TEXT,
    operation TEXT NOT NULL,
    hash BLOB NOT NULL
) STRICT;
INSERT INTO trail VALUES(1,1795953366100,'alice',NULL,'root',NULL,'desk.set_up','change','desk',NULL,'Acme Messaging',NULL,'{"api_address":"https://api.example.com","api_upstream":"127.0.0.1:9000","idle_lock_minutes":10,"verifier_algorithms":"all","verifier_replay":"off","verifier_staleness_seconds":60}','01a22729-9454-768f-90d9-8846826284ed',X'cf21095dced9a95f552117e676510fb4b3b1381d161f845569dd37c810ca2e86');
INSERT INTO trail VALUES(2,1795953366100,'alice',NULL,'root',NULL,'user.added','change','user','01a22729-9453-7ea9-a4dc-9373e4674764','alice',NULL,'{"must_change_password":false,"name":"alice","role":"administrator","state":"active"}','01a22729-9454-768f-90d9-8846826284ed',X'3dfdd5d9dc4c2abac89dc3e64a501ec71c9365c6f3b1421aec466ac1b83da4f2');
INSERT INTO trail VALUES(3,1795953366177,'alice','local','root',NULL,'credential.created','change','credential','01a22729-94a1-7942-a5f2-81ea407cc766','plain',NULL,'{"algorithms":"","body_digest":"required","expires_at":null,"key":"kdbHBpjUioiTCXlxwlMc","kind":"basic","name":"plain","networks":"","not_before":null,"note":"","state":"active"}','01a22729-94a1-7942-a5f2-81ea37ca3122',X'5bb58aabe5fd082adf0706fa3876bcb2bef957b9c1670d28924f940bf4ec6fc3');
INSERT INTO trail VALUES(4,1795953366333,'alice','local','root',NULL,'credential.created','change','credential','01a22729-953d-78ea-ad8e-3b6023caaf77','webhooks',NULL,'{"algorithms":"","body_digest":"required","expires_at":"2099-01-01T00:00:00Z","key":"kdh5DRRXphROXNgpvlTa","kind":"hmac","name":"webhooks","networks":"203.0.113.0/24","not_before":null,"note":"","state":"active"}','01a22729-953d-78ea-ad8e-3b5fd44ab856',X'29b8ba17c88a574e706cf7d18502ac5e9239ffabd73c360cb8dc6756dff1cf1d');
INSERT INTO trail VALUES(5,1795953366492,'alice','local','root',NULL,'credential.created','change','credential','01a22729-95dc-7ab2-bcb2-381107a81970','rotated',NULL,'{"algorithms":"","body_digest":"required","expires_at":null,"key":"kdboGQgN9djMFtrHC69R","kind":"basic","name":"rotated","networks":"","not_before":null,"note":"","state":"active"}','01a22729-95dc-7ab2-bcb2-381104f2f39b',X'391f96e92f932f3ec838ba83aed306a25b13adb0de6afe06171cc4e3ac549912');
INSERT INTO trail VALUES(6,1795953366664,'alice','local','root',NULL,'credential.created','change','credential','01a22729-9688-7e13-a762-7b68472469f3','leaked',NULL,'{"algorithms":"","body_digest":"required","expires_at":null,"key":"kdb6SUNtZ0S1VUur0v6q","kind":"basic","name":"leaked","networks":"","not_before":null,"note":"","state":"active"}','01a22729-9688-7e13-a762-7b6814074097',X'3e845666046f043d9937a8542a3277f2cb1fd0d2e841f1f8db444c1de2911d00');
INSERT INTO trail VALUES(7,1795953366787,'alice','local','root',NULL,'credential.created','change','credential','01a22729-9703-77cb-b9ef-0e8c02a6c76d','gone',NULL,'{"algorithms":"","body_digest":"required","expires_at":null,"key":"kdb95z6IL9przk1w3QMW","kind":"basic","name":"gone","networks":"","not_before":null,"note":"","state":"active"}','01a22729-9703-77cb-b9ef-0e8b28e4ad9c',X'a93e5f0b60b6028eb6116c12472c557160966b3de6247f1da0b2b5e5e76763cc');
INSERT INTO trail VALUES(8,1795953366951,'alice','local','root',NULL,'credential.created','change','credential','01a22729-97a7-75fa-86f2-93811769d19d','tampered',NULL,'{"algorithms":"","body_digest":"required","expires_at":null,"key":"kdbVUkIE5g6OaQyFcwZ2","kind":"basic","name":"tampered","networks":"","not_before":null,"note":"","state":"active"}','01a22729-97a7-75fa-86f2-938076bb2177',X'137ab32804f335599fcedd4f415feae1a533e28b4e6764b33080bf9982a77204');
INSERT INTO trail VALUES(9,1795953367024,'alice','local','root',NULL,'credential.created','change','credential','01a22729-97f0-7500-81a6-11dfeae61477','put-back',NULL,'{"algorithms":"","body_digest":"required","expires_at":null,"key":"kdbnQ7R9VxJSQHQkutPe","kind":"basic","name":"put-back","networks":"","not_before":null,"note":"","state":"active"}','01a22729-97f0-7500-81a6-11df9724653b',X'1ea34b6871a7ee2995b837d629d903db4f02e8c21845d6552a3c7bc6eeb8398e');
INSERT INTO trail VALUES(10,1795953367294,'alice','local','root',NULL,'credential.created','change','credential','01a22729-98fe-7ff2-bed9-4969da94b599','smsbatch',NULL,'{"algorithms":"","body_digest":"required","expires_at":null,"key":"smsbatch","kind":"legacy","name":"smsbatch","networks":"","not_before":null,"note":"","state":"active"}','01a22729-98fe-7ff2-bed9-4969635d3952',X'5eb460305f813229dd966b3ee39ebe02347ea301271864a0998394f6900441e6');
INSERT INTO trail VALUES(11,1795953367501,'alice','local','root',NULL,'credential.rotated','change','credential','01a22729-95dc-7ab2-bcb2-381107a81970','rotated','{"key":"kdboGQgN9djMFtrHC69R","kind":"basic","secret":1}','{"key":"kdboGQgN9djMFtrHC69R","kind":"basic","old_until":"2026-12-06T11:56:07Z","overlap":"7d","secret":2}','01a22729-99cd-7f4f-93f1-295896ea5a40',X'20d6066b81b8b83c9e9e847eca6ad0c7a7b1d2b57c710795bccc4e9ac311a83a');
INSERT INTO trail VALUES(12,1795953367619,'alice','local','root',NULL,'credential.rotated','change','credential','01a22729-95dc-7ab2-bcb2-381107a81970','rotated','{"key":"kdboGQgN9djMFtrHC69R","kind":"basic","secret":2}','{"key":"kdboGQgN9djMFtrHC69R","kind":"basic","old_until":"2026-12-06T11:56:07Z","overlap":"7d","secret":3,"stopped_before":"2026-12-06T11:56:07Z"}','01a22729-9a43-7333-b02b-18a18af6a44b',X'7fb1154afb009d36fa6d621768eec070dda4c4eb9031b0a2ac8ab9c05c4a823f');
INSERT INTO trail VALUES(13,1795953367724,'alice','local','root',NULL,'credential.rotated','change','credential','01a22729-9688-7e13-a762-7b68472469f3','leaked','{"key":"kdb6SUNtZ0S1VUur0v6q","kind":"basic","secret":1}','{"key":"kdb6SUNtZ0S1VUur0v6q","kind":"basic","old_until":null,"overlap":"none","secret":2}','01a22729-9aac-78c9-a457-896a0fa0da7c',X'3952ab1c663318af87481a9e1f5ce8306587a51a3fe3e342ddc7949a2c0ac626');
INSERT INTO trail VALUES(14,1795953367840,'alice','local','root',NULL,'credential.revoked','change','credential','01a22729-9703-77cb-b9ef-0e8c02a6c76d','gone','{"algorithms":"","body_digest":"required","expires_at":null,"key":"kdb95z6IL9przk1w3QMW","kind":"basic","name":"gone","networks":"","not_before":null,"note":"","state":"active"}','{"algorithms":"","body_digest":"required","expires_at":null,"key":"kdb95z6IL9przk1w3QMW","kind":"basic","name":"gone","networks":"","not_before":null,"note":"","state":"revoked"}','01a22729-9b20-7aaf-8df1-ed51dddf2664',X'c27a3287d134e04d7f68eb4189df7cf062eb4a3a6fee261784d89772a6117aa7');
INSERT INTO trail VALUES(15,1795953368030,'alice','local','root',NULL,'credential.revoked','change','credential','01a22729-97f0-7500-81a6-11dfeae61477','put-back','{"algorithms":"","body_digest":"required","expires_at":null,"key":"kdbnQ7R9VxJSQHQkutPe","kind":"basic","name":"put-back","networks":"","not_before":null,"note":"","state":"active"}','{"algorithms":"","body_digest":"required","expires_at":null,"key":"kdbnQ7R9VxJSQHQkutPe","kind":"basic","name":"put-back","networks":"","not_before":null,"note":"","state":"revoked"}','01a22729-9bde-7e11-b414-50bbd9d6631b',X'14502189ff8eaef978eb3c34a256be3ac838eb0394ef79df85e7c7f616e4c365');
INSERT INTO trail VALUES(16,1795953368339,'alice','local','root',NULL,'user.added','change','user','01a22729-9d13-72d5-a4a8-bc7a2385159e','bram',NULL,'{"must_change_password":true,"name":"bram","role":"basic","state":"active"}','01a22729-9d13-72d5-a4a8-bc799c920556',X'fc9931be24d6d203ceccda032c11926f55f0e33f5009a02d8d037220725e590a');
INSERT INTO trail VALUES(17,1795953368388,'alice','local','root',NULL,'setting.changed','change','desk','verifier_replay','replay','{"verifier_replay":"off"}','{"verifier_replay":"node"}','01a22729-9d44-7556-a97a-c9a808c2927a',X'8abe7fa6d202ef9f2d5ad3e57c77f127f04c8b3409b3d9679e0f3700c0eebd93');
CREATE TABLE repeat (
    id TEXT NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL,
    no INTEGER NOT NULL,
    n INTEGER NOT NULL,
    tag BLOB NOT NULL
) STRICT;
CREATE TABLE refusal (
    credential TEXT NOT NULL REFERENCES credential (id),
    at INTEGER NOT NULL,
    -- Tells refusals of the same second apart.
    id TEXT NOT NULL,
    reason TEXT NOT NULL,
    component TEXT,
    clock_offset INTEGER,
    address TEXT, mistake TEXT, no INTEGER NOT NULL DEFAULT 0, n INTEGER NOT NULL DEFAULT 1,
    PRIMARY KEY (credential, at, id)
) STRICT;
CREATE TABLE asked (
    one INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    at INTEGER NOT NULL
) STRICT;
CREATE INDEX person_by_change ON person (change);
CREATE INDEX throttle_by_at ON throttle (at);
CREATE INDEX credential_by_name ON credential (kind, listed, name_fold, id);
CREATE INDEX credential_by_key ON credential (kind, listed, key, id);
CREATE INDEX credential_by_created ON credential (kind, listed, created_at, id);
CREATE INDEX credential_by_state ON credential (kind, listed, state, name_fold, id);
CREATE INDEX credential_by_change ON credential (change);
CREATE INDEX secret_by_change ON secret (change);
CREATE INDEX trail_by_subject ON trail (subject, no);
CREATE INDEX trail_by_about ON trail (about, no);
CREATE INDEX trail_by_class ON trail (class, no);
CREATE INDEX trail_by_who ON trail (who, no);
CREATE INDEX trail_by_operation ON trail (operation);
CREATE INDEX repeat_by_no ON repeat (no);
CREATE TRIGGER trail_keeps_rows BEFORE DELETE ON trail
BEGIN SELECT RAISE(ABORT, 'the trail keeps its rows'); END;
CREATE TRIGGER trail_keeps_text BEFORE UPDATE ON trail
BEGIN SELECT RAISE(ABORT, 'the trail keeps its text'); END;
CREATE INDEX refusal_by_no ON refusal (no);
CREATE INDEX usage_waiting ON usage (kind, credential) WHERE waiting = 1;
CREATE INDEX credential_by_expiry ON credential (kind, expires_at, id)
    WHERE state = 'active' AND expires_at IS NOT NULL;
CREATE INDEX credential_by_maker ON credential (created_by, state, expires_at);
COMMIT;
