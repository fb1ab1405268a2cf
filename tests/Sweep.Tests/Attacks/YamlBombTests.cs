using System.Text;
using Sweep.Client.SweepFiles;
using Sweep.Tests.SweepFiles;

namespace Sweep.Tests.Attacks;

/// <summary>Tests sweep files that are small on disk and large or deep once they are read, or that create objects.</summary>
public sealed class YamlBombTests
{
    /// <summary>A file of 400 bytes whose aliases expand to a billion words.</summary>
    private static readonly string Bomb = string.Concat(Enumerable.Range(0, 9).Select(level =>
        $"a{level}: &a{level} [{string.Join(", ", Enumerable.Repeat(level == 0 ? "lol" : $"*a{level - 1}", 10))}]\n"));

    [Fact]
    public async Task A_bomb_of_aliases_is_refused_at_its_first_anchor()
    {
        using var folder = new SweepFileFolder();
        Assert.Equal("x.yaml:1: a0: found the anchor &a0; leave it out.", await folder.ErrorAsync(Bomb));
        Assert.Equal("x.yaml:1: name: found the alias *x; write the value itself.", await folder.ErrorAsync("name: *x"));
        Assert.Equal("x.yaml:2: <<: found the alias *base; write the value itself.", await folder.ErrorAsync("name: x\n<<: *base"));
    }

    [Theory]
    [InlineData("!!python/object/apply:os.system [reboot]", "tag:yaml.org,2002:python/object/apply:os.system")]
    [InlineData("!System.Diagnostics.Process { start: reboot }", "!System.Diagnostics.Process")]
    [InlineData("!<tag:yaml.org,2002:int> 3", "tag:yaml.org,2002:int")]
    public async Task A_tag_is_refused_whatever_its_type(string value, string tag)
    {
        using var folder = new SweepFileFolder();
        Assert.Equal($"x.yaml:1: name: found the tag {tag}; leave it out.", await folder.ErrorAsync($"name: {value}"));
    }

    [Fact]
    public async Task Deep_nesting_is_refused_before_it_fills_the_stack()
    {
        using var folder = new SweepFileFolder();
        foreach (var deep in new[]
        {
            new string('[', 500_000), string.Concat(Enumerable.Repeat("{a: ", 200_000)), string.Concat(Enumerable.Repeat("- ", 400_000)),
            string.Concat(Enumerable.Repeat("? ", 400_000)),
        })
            Assert.Contains("nested too deeply", await folder.ErrorAsync($"name:\n {deep}"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_largest_file_that_is_read_is_refused_or_loaded_within_seconds()
    {
        using var folder = new SweepFileFolder();
        // It takes a fifth of a second alone. The rest is for a machine whose threads all work.
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        string[] large =
        [
            Fill("", index => $"k{index}: 1\n"),
            Fill("parameters:\n  cell: {values: [", index => $"w{index}, "),
            Fill("dataset: {path: text.txt}\nparameters:\n  seed:\n    values:\n", index => $"    - {index}\n"),
            Fill("name: |\n", _ => "  line\n"),
            Fill("name: \"", _ => "\\x41"),
            Fill("", _ => "# comment\n"),
        ];
        foreach (var file in large)
            await Task.Run(() => Record.ExceptionAsync(() => folder.LoadAsync(file)), TestContext.Current.CancellationToken)
                .WaitAsync(limit.Token);
    }

    private static string Fill(string start, Func<int, string> next)
    {
        var text = new StringBuilder(start);
        for (var index = 0; text.Length < SweepFile.MaxBytes - 20; index++)
            text.Append(next(index));
        return text.ToString();
    }
}
