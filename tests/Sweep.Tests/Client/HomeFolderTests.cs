using Sweep.Client.Local;
using Sweep.Processes;

namespace Sweep.Tests.Client;

/// <summary>Tests in which folders a private cluster may be made. Other folders are refused and stay as they are.</summary>
public sealed class HomeFolderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sweep-home-").FullName;

    public HomeFolderTests() => File.SetUnixFileMode(_folder, (UnixFileMode)0b111_101_101);

    private string Home => Path.Combine(_folder, "home");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("/srv/sweep")]
    [InlineData("/srv/Ada's \"own\" folder; 100%=$HOME\\")]
    [InlineData("/srv/ begins and ends with a space ")]
    [InlineData("/srv/gedächtnis")]
    public void A_path_without_a_comma_is_accepted(string folder) => Assert.Null(HomeFolder.Complaint(folder));

    [Theory]
    [InlineData("srv/sweep", "which is not absolute")]
    [InlineData("/srv/a,b", "which has a comma")]
    [InlineData("/srv/a\nb", "which has a control character")]
    [InlineData("/srv/a\uFFFDb", "which has a control character or is not UTF-8")]
    public void A_path_that_PostgreSQL_cannot_take_is_refused_with_the_reason(string folder, string expected) =>
        Assert.Contains(expected, HomeFolder.Complaint(folder), StringComparison.Ordinal);

    [Fact]
    public void The_limit_of_a_sockets_path_is_counted_in_bytes()
    {
        var longest = "/" + new string('a', 92);
        Assert.Null(HomeFolder.Complaint(longest));
        Assert.Contains(
            "whose path has 94 bytes; PostgreSQL's socket lies in it, so choose one of at most 93",
            HomeFolder.Complaint(longest + "a"),
            StringComparison.Ordinal);
        Assert.Contains("whose path has 94 bytes", HomeFolder.Complaint("/" + new string('中', 31)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/srv/sweep/", "/home/ada", false, "/srv/sweep")]
    [InlineData("", "/home/ada", false, "/home/ada/.local/share/sweep")]
    [InlineData(null, "", true, "/var/lib/sweep")]
    public void The_folder_is_the_named_one_or_a_folder_of_the_user(string? named, string user, bool isRoot, string expected) =>
        Assert.Equal(expected, SweepHome.Find(named, user, isRoot));

    [Theory]
    [InlineData(null, "", "HOME: found nothing; write this user's folder, or name one for the cluster: SWEEP_HOME=/folder.")]
    [InlineData(null, "here", "HOME: found here; write this user's folder")]
    [InlineData("~/sweep", "/home/ada", "SWEEP_HOME: found ~/sweep, whose ~ no shell has replaced")]
    public void Without_a_home_folder_the_current_folder_is_not_used(string? named, string user, string expected) =>
        Assert.StartsWith(
            expected,
            Assert.Throws<LocalClusterException>(() => SweepHome.Find(named, user, isRoot: false)).Message,
            StringComparison.Ordinal);

    [Fact]
    public void A_folder_is_made_with_its_parents_and_can_be_used_again()
    {
        var folder = Path.Combine(Home, "a", "b");
        using (Assert.IsType<FileStream>(new SweepHome(folder).TryLock()))
            Assert.Null(new SweepHome(folder).TryLock());
        File.WriteAllText(Path.Combine(folder, "notes.txt"), "to be");
        using var again = new SweepHome(folder).TryLock();
        Assert.NotNull(again);
    }

    [Fact]
    public void A_folder_of_somebody_else_stays_as_it_was()
    {
        Directory.CreateDirectory(Path.Combine(Home, "data"));
        File.WriteAllText(Path.Combine(Home, "data", "thesis.txt"), "to be");
        File.SetUnixFileMode(Home, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Refused(
            $"SWEEP_HOME: found {Home}, which has data in it and was not made by Sweep; " +
                "choose an empty folder, or one that does not exist.");
        Assert.Equal([Path.Combine(Home, "data", "thesis.txt")], Directory.GetFiles(_folder, "*", SearchOption.AllDirectories));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Home));
        Assert.Equal(Environment.UserName, Owner(Home));
    }

    [Fact]
    public void Root_does_not_take_the_folder_of_a_user()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Only root can change the owner of a folder.");
        Directory.CreateDirectory(Home);
        Run("chown", "nobody", Home);
        Refused(
            $"SWEEP_HOME: found {Home}, which belongs to the user nobody, whom root would lock out; " +
                "run this as nobody, or choose another folder.");
        // Root does not take a folder that this user made with Sweep either.
        File.WriteAllText(Path.Combine(Home, HomeFolder.LockFile), "");
        Refused($"SWEEP_HOME: found {Home}, which belongs to the user nobody");
        Assert.Equal("nobody", Owner(Home));
    }

    [Fact]
    public void A_path_that_is_no_folder_is_refused_with_its_name()
    {
        File.WriteAllText(Home, "to be");
        Refused($"SWEEP_HOME: found {Home}, which is no folder; name a folder.");
        File.Delete(Home);
        File.CreateSymbolicLink(Home, "/nonexistent");
        Refused($"SWEEP_HOME: found {Home}, which is no folder; name a folder.");
        var below = Assert.Throws<LocalClusterException>(() => new SweepHome(Home + "/x").TryLock());
        Assert.StartsWith($"SWEEP_HOME: found {Home}/x, and {Home} is no folder; name a folder.", below.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_link_to_a_folder_stands_for_that_folder()
    {
        var target = Directory.CreateDirectory(Path.Combine(_folder, "target")).FullName;
        File.CreateSymbolicLink(Home, target);
        using (Assert.IsType<FileStream>(new SweepHome(Home).TryLock()))
            Assert.True(File.Exists(Path.Combine(target, HomeFolder.LockFile)));
    }

    [Fact]
    public void A_disk_that_is_small_or_cannot_be_written_is_reported_before_anything_is_made()
    {
        Assert.SkipUnless(SmallDisk.IsPermitted, "A disk in memory can only be mounted by root.");
        var disk = new SmallDisk(megabytes: 30);
        Directory.CreateDirectory(Home);
        disk.MountOn(Home);
        try
        {
            Refused(
                $"SWEEP_HOME: found {Home}, whose disk has 31 MB free where 100 MB are needed; " +
                    "free some space, or choose a folder on another disk.");
            Assert.Empty(Directory.EnumerateFileSystemEntries(Home));
            new SmallDisk(megabytes: 30).MountOn(Home);
            Run("mount", "-o", "remount,ro", Home);
            Refused(
                $"SWEEP_HOME: found {Home}, which cannot be written (Read-only file system); " +
                    "choose a folder that can, or run this as its owner.");
            Run("umount", Home);
        }
        finally
        {
            disk.Unmount();
        }
    }

    private void Refused(string expected) =>
        Assert.StartsWith(
            expected, Assert.Throws<LocalClusterException>(() => new SweepHome(Home).TryLock()).Message, StringComparison.Ordinal);

    private static string Owner(string path) => Run("stat", "--format=%U", path).Trim();

    private static string Run(string program, params string[] arguments)
    {
        using var process = System.Diagnostics.Process.Start(
            new System.Diagnostics.ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{program} ended with {process.ExitCode}.");
    }
}
