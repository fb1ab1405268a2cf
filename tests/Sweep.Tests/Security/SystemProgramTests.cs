using Sweep.Security;

namespace Sweep.Tests.Security;

public sealed class SystemProgramTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sweep-path-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_program_is_the_first_of_the_PATH_that_can_be_executed()
    {
        var (first, second) = (Place("first", executable: false), Place("second", executable: true));
        Place("third", executable: true);
        Assert.Equal(Path.Combine(second, "sh"), SystemProgram.Find("sh", $"{_folder}:{first}:{second}:{_folder}/third"));
    }

    [Fact]
    public void No_program_is_looked_for_in_the_current_folder_or_relative_to_it()
    {
        Place("bin", executable: true);
        var here = Path.GetRelativePath(Environment.CurrentDirectory, _folder);
        Assert.Null(SystemProgram.Find("sh", $":{here}/bin:."));
    }

    private string Place(string name, bool executable)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_folder, name)).FullName;
        File.WriteAllText(Path.Combine(folder, "sh"), "");
        if (executable)
            File.SetUnixFileMode(Path.Combine(folder, "sh"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        return folder;
    }
}
