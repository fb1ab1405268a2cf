using System.Security.Cryptography;
using System.Text.Json;
using System.Text.RegularExpressions;
using Sweep.Client.Reports.Pages;
using Sweep.Tests.SweepFiles;

namespace Sweep.Tests.Reports;

public sealed partial class HtmlReportTests
{
    private const string Hostile = "</pre></script><script>alert(1)</script><img src=x onerror=\"alert('2')\">&<!--";

    private static readonly string Page = HtmlReport.Of(ReportPages.With(Hostile));

    [Fact]
    public void Text_of_users_is_inert_wherever_it_stands()
    {
        Assert.DoesNotContain("<script>alert", Page, StringComparison.Ordinal);
        Assert.DoesNotContain("<img", Page, StringComparison.Ordinal);
        Assert.Contains("&lt;script&gt;alert(1)&lt;/script&gt;", Page, StringComparison.Ordinal);
        // The text stands in ten places: the sample and its prompt, the failed trial's reason, the event's reason and detail, the worker,
        // its machine and its slot, the dataset, and its name in the file that repeats the sweep.
        Assert.Equal(10, Regex.Count(Page, "&lt;img src=x"));
    }

    [Fact]
    public void The_numbers_are_JSON_that_no_text_can_end()
    {
        var json = Data().Match(Page).Groups[1].Value;
        Assert.DoesNotContain('<', json);
        var curve = JsonDocument.Parse(json).RootElement.GetProperty("curves")[0];
        Assert.Equal(2, curve.GetProperty("values").GetProperty("val_loss").GetArrayLength());
    }

    [Fact]
    public void Only_its_own_scripts_may_run_and_nothing_may_be_asked_of_a_network()
    {
        var policy = Policy().Match(Page).Groups[1].Value;
        Assert.StartsWith("default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-", policy, StringComparison.Ordinal);
        var hashes = Script().Matches(Page)
            .Select(script => SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(script.Groups[1].Value)))
            .Select(hash => $"'sha256-{Convert.ToBase64String(hash)}'").ToList();
        Assert.Equal(3, hashes.Count);
        Assert.All(hashes, hash => Assert.Contains(hash, policy, StringComparison.Ordinal));
        Assert.DoesNotMatch("""(src|href)="(?!#)""", Page[..Page.IndexOf("<script", StringComparison.Ordinal)]);
    }

    [Fact]
    public void The_libraries_have_the_hashes_that_are_listed_with_their_origins()
    {
        var folder = RepositoryFolder.Join("client/Sweep.Client/Reports/Pages/Assets");
        var notes = File.ReadAllText(Path.Combine(folder, "README.md"));
        var files = Directory.GetFiles(folder, "*.min.js");
        Assert.Equal(2, files.Length);
        foreach (var file in files)
        {
            var row = notes.Split('\n').Single(line => line.StartsWith($"| `{Path.GetFileName(file)}`", StringComparison.Ordinal));
            Assert.Contains($"`{Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file)))}`", row, StringComparison.Ordinal);
        }
    }

    [GeneratedRegex("""<script type="application/json" id="data">(.*?)</script>""", RegexOptions.Singleline)]
    private static partial Regex Data();

    [GeneratedRegex("""<script>(.*?)</script>""", RegexOptions.Singleline)]
    private static partial Regex Script();

    [GeneratedRegex("""http-equiv="Content-Security-Policy" content="([^"]*)""")]
    private static partial Regex Policy();
}
