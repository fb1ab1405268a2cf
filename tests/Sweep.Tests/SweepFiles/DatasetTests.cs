using System.Net;
using System.Security.Cryptography;
using System.Text;
using Sweep.Domain.Sweeps;

namespace Sweep.Tests.SweepFiles;

public sealed class DatasetTests
{
    private static readonly byte[] Bytes = Encoding.UTF8.GetBytes(SweepFileFolder.Text);
    private static readonly string Hash = Convert.ToHexStringLower(SHA256.HashData(Bytes));
    private static readonly string Yaml = $"dataset:\n  url: https://example.org/cats.txt\n  sha256: {Hash}\nparameters: {{ cell: gru }}";

    [Fact]
    public async Task A_text_is_downloaded_once_and_kept()
    {
        var web = new Web(_ => new(HttpStatusCode.OK) { Content = new ByteArrayContent(Bytes) });
        using var folder = new SweepFileFolder { Http = web };
        var first = await folder.LoadAsync(Yaml);
        var second = await folder.LoadAsync(Yaml.Replace(Hash, Hash.ToUpperInvariant()));
        Assert.Equal(("cats", Hash, SweepFileFolder.Text), (first.Dataset.Name, first.Dataset.Sha256, second.Dataset.Text));
        Assert.Equal(1, web.Requests);
        Assert.Equal([$"{Hash}.txt"], Directory.GetFiles(Path.Combine(folder.Path, "cache")).Select(Path.GetFileName));
    }

    [Fact]
    public async Task A_damaged_copy_is_downloaded_again()
    {
        var web = new Web(_ => new(HttpStatusCode.OK) { Content = new ByteArrayContent(Bytes) });
        using var folder = new SweepFileFolder { Http = web };
        Directory.CreateDirectory(Path.Combine(folder.Path, "cache"));
        folder.Write($"cache/{Hash}.txt", "half of it");
        Assert.Equal(400, (await folder.LoadAsync(Yaml)).Dataset.Characters);
        Assert.Equal(
            Bytes, await File.ReadAllBytesAsync(Path.Combine(folder.Path, "cache", $"{Hash}.txt"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_download_with_another_hash_is_refused_and_not_kept()
    {
        var web = new Web(_ => new(HttpStatusCode.OK) { Content = new StringContent("something else") });
        using var folder = new SweepFileFolder { Http = web };
        Assert.Matches(
            $"^x.yaml:3: dataset.sha256: found a text with the hash [0-9a-f]{{64}}; expected {Hash}.$", await folder.ErrorAsync(Yaml));
        Assert.False(Directory.Exists(Path.Combine(folder.Path, "cache")));
    }

    [Fact]
    public async Task Without_a_network_the_error_says_how_to_give_a_local_file()
    {
        var web = new Web(_ => throw new HttpRequestException("Name or service not known (example.org:443)"));
        using var folder = new SweepFileFolder { Http = web };
        Assert.Equal(
            "x.yaml:2: dataset.url: found https://example.org/cats.txt, " +
                "which cannot be downloaded (Name or service not known (example.org:443)); " +
                "give a local copy instead: --set dataset.path=FILE.",
            await folder.ErrorAsync(Yaml));
        Assert.Equal(Hash, (await folder.LoadAsync(Yaml, $"dataset.path={folder.Path}/text.txt")).Spec.Dataset.Sha256);
    }

    [Fact]
    public async Task An_answer_other_than_the_text_is_an_error_with_its_status()
    {
        using var folder = new SweepFileFolder { Http = new Web(_ => new(HttpStatusCode.NotFound)) };
        Assert.Contains(
            "cannot be downloaded (Response status code does not indicate success: 404 (Not Found))",
            await folder.ErrorAsync(Yaml),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_alone_stands_for_a_text_that_the_cluster_stores()
    {
        var texts = new Texts();
        await texts.AddAsync(Hash, "cats", Bytes, TestContext.Current.CancellationToken);
        using var folder = new SweepFileFolder { Store = _ => Task.FromResult<IDatasetStore>(texts) };
        var sweep = await folder.LoadAsync("dataset: { name: cats }\nparameters: { cell: gru }");
        Assert.Equal(("cats", Hash, 400), (sweep.Spec.Dataset.Name, sweep.Spec.Dataset.Sha256, sweep.Dataset.Characters));
        Assert.Equal(
            "x.yaml:1: dataset.name: found dogs, which is not stored in this cluster; " +
                "expected path: FILE or url: with sha256: the first time.",
            await folder.ErrorAsync("dataset: { name: dogs }\nparameters: { cell: gru }"));
    }

    private sealed class Web(Func<HttpRequestMessage, HttpResponseMessage> answer) : HttpMessageHandler
    {
        public int Requests { get; private set; }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Requests++;
            return Task.FromResult(answer(request));
        }
    }

    private sealed class Texts : IDatasetStore
    {
        private readonly Dictionary<string, (string Name, byte[] Text)> _texts = [];

        public Task AddAsync(string sha256, string name, byte[] text, CancellationToken cancellation = default)
        {
            _texts.TryAdd(sha256, (name, text));
            return Task.CompletedTask;
        }

        public Task<byte[]?> ReadAsync(string sha256, CancellationToken cancellation = default) =>
            Task.FromResult(_texts.TryGetValue(sha256, out var found) ? found.Text : null);

        public Task<bool> ExistsAsync(string sha256, CancellationToken cancellation = default) =>
            Task.FromResult(_texts.ContainsKey(sha256));

        public Task<int?> CharactersAsync(string sha256, CancellationToken cancellation = default) => throw new NotSupportedException();

        public Task<string?> FindAsync(string name, CancellationToken cancellation = default) =>
            Task.FromResult(_texts.Where(pair => pair.Value.Name == name).Select(pair => pair.Key).FirstOrDefault());
    }
}
